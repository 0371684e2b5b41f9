package danbee

import "golang.org/x/net/html/atom"

// marks are the elements that become marks of markdown.
var marks = map[atom.Atom]string{
	atom.B: "**", atom.Strong: "**", atom.I: "*", atom.Em: "*", atom.S: "~~", atom.Strike: "~~", atom.Del: "~~",
	atom.H1: "**", atom.H2: "**", atom.H3: "**", atom.H4: "**", atom.H5: "**", atom.H6: "**",
}

// blocks stand on lines of their own.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Table: true, atom.Tr: true, atom.Pre: true,
	atom.Blockquote: true, atom.Section: true, atom.Article: true, atom.Hr: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
}

// void elements have no end.
var void = map[atom.Atom]bool{
	atom.Br: true, atom.Img: true, atom.Hr: true, atom.Input: true, atom.Meta: true, atom.Link: true, atom.Wbr: true,
	atom.Source: true, atom.Col: true, atom.Embed: true, atom.Area: true, atom.Base: true, atom.Param: true, atom.Track: true,
}

// others are the elements that change nothing here. An atom alone does not tell: attributes ("name")
// are atoms, too.
var others = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.Audio: true, atom.Body: true, atom.Button: true, atom.Caption: true, atom.Center: true,
	atom.Cite: true, atom.Code: true, atom.Colgroup: true, atom.Dd: true, atom.Dl: true, atom.Dt: true, atom.Font: true,
	atom.Footer: true, atom.Form: true, atom.Head: true, atom.Header: true, atom.Html: true, atom.Iframe: true, atom.Ins: true,
	atom.Label: true, atom.Mark: true, atom.Nobr: true, atom.Noscript: true, atom.Object: true, atom.Option: true, atom.Q: true,
	atom.Script: true, atom.Select: true, atom.Small: true, atom.Span: true, atom.Style: true, atom.Sub: true, atom.Sup: true,
	atom.Svg: true, atom.Tbody: true, atom.Td: true, atom.Template: true, atom.Tfoot: true, atom.Th: true, atom.Thead: true,
	atom.U: true, atom.Var: true, atom.Video: true,
}

func known(name atom.Atom) bool {
	return blocks[name] || void[name] || others[name] || marks[name] != ""
}
