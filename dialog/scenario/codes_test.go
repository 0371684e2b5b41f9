package scenario

import "regexp"

// codeInSource finds the codes of problems in the source.
var codeInSource = regexp.MustCompile(`(?:problem\([^"]*|\.add\([^"]*|\.warn\([^"]*|warning\([^"]*|problemAt\([^"]*|Code: )"([a-z]+_[a-z_]+)"`)
