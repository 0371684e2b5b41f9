package teams

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// icon draws a white bridge of size x size pixels, on a ground of that colour or on none. Teams wants
// the colour icon full to its edges, and the outline icon in white alone.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
func icon(size int, ground *color.NRGBA) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			white := coverage(x, y, size)
			pixel := color.NRGBA{255, 255, 255, uint8(math.Round(255 * white))}
			if ground != nil {
				pixel = color.NRGBA{mix(ground.R, white), mix(ground.G, white), mix(ground.B, white), 255}
			}
			img.SetNRGBA(x, y, pixel)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

func mix(ground uint8, white float64) uint8 {
	return uint8(math.Round(float64(ground)*(1-white) + 255*white))
}

// coverage is how much of a pixel the bridge covers, from a grid of samples.
func coverage(x, y, size int) float64 {
	const grid = 4
	hits := 0
	for i := range grid {
		for j := range grid {
			px := (float64(x) + (float64(i)+0.5)/grid) / float64(size)
			py := (float64(y) + (float64(j)+0.5)/grid) / float64(size)
			if inBridge(px, py) {
				hits++
			}
		}
	}
	return float64(hits) / (grid * grid)
}

// inBridge tells whether a point of the unit square belongs to the bridge: a deck with an arch cut out
// below, and a railing that swings above it.
func inBridge(x, y float64) bool {
	const left, right, deck, foot = 0.16, 0.84, 0.50, 0.74
	if x < left || x > right {
		return false
	}
	rail := math.Hypot(x-0.5, y-0.86)
	if y < deck {
		return rail > 0.50 && rail < 0.56
	}
	return y < foot && math.Hypot((x-0.5)/0.22, (y-foot)/0.16) > 1
}

// parseColor reads "#RRGGBB".
func parseColor(s string) (color.NRGBA, error) {
	rgb, err := hex.DecodeString(strings.TrimPrefix(s, "#"))
	if err != nil || len(rgb) != 3 {
		return color.NRGBA{}, optionError("accent_color", "must be a colour such as #2F5D8A")
	}
	return color.NRGBA{rgb[0], rgb[1], rgb[2], 255}, nil
}
