package scenario

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of a bot's files, for completion in editors.
func Schema() []byte { return schema }
