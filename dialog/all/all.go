// Package all lists the dialog engines of this build.
package all

import (
	"dari/dialog"
	"dari/dialog/anthropic"
	"dari/dialog/clova"
	"dari/dialog/danbee"
	"dari/dialog/dialogflow"
	"dari/dialog/dify"
	"dari/dialog/directline"
	"dari/dialog/echo"
	httpengine "dari/dialog/http"
	kakaoskill "dari/dialog/kakao"
	"dari/dialog/lex"
	"dari/dialog/openai"
	"dari/dialog/rasa"
	"dari/dialog/scenario"
)

// Types lists the engines; the order here is the order in the console.
var Types = []dialog.Type{
	scenario.Type{},
	echo.Type{},
	httpengine.Type{},
	danbee.Type{},
	kakaoskill.Type{},
	clova.Type{},
	rasa.Type{},
	dialogflow.Type{},
	directline.Type{},
	lex.Type{},
	openai.Type{},
	anthropic.Type{},
	dify.Type{},
}
