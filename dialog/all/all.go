// Package all lists the dialog engines of this build.
package all

import (
	"dari/dialog"
	"dari/dialog/echo"
	httpengine "dari/dialog/http"
)

// Types lists the engines; the order here is the order in the console.
var Types = []dialog.Type{echo.Type{}, httpengine.Type{}}
