// Package i18n holds the sentences that the server says to people, by code and language.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed messages/*.json
var files embed.FS

// Locales are the languages of the product, the first is the one for whoever names no other.
var Locales = []string{"zh", "en"}

var messages = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, locale := range Locales {
		text, err := files.ReadFile("messages/" + locale + ".json")
		if err != nil {
			panic(err)
		}
		table := map[string]string{}
		if err := json.Unmarshal(text, &table); err != nil {
			panic(fmt.Errorf("messages in %s: %w", locale, err))
		}
		all[locale] = table
	}
	return all
})

// Message says a code in a language, with {name} replaced by the argument of that name. A list is joined with commas.
// An unknown code is said as it is, so that nothing is lost.
func Message(locale, code string, args map[string]any) string {
	text, ok := messages()[Known(locale)][code]
	if !ok {
		return code
	}
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for name, v := range args {
		pairs = append(pairs, "{"+name+"}", say(locale, v))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func say(locale string, v any) string {
	list, ok := v.([]string)
	if !ok {
		return fmt.Sprint(v)
	}
	if Known(locale) == "zh" {
		return strings.Join(list, "、")
	}
	return strings.Join(list, ", ")
}

// Known answers the product's language for what a browser or a person names: "en-GB" is en, anything else zh.
func Known(locale string) string {
	if base, _, _ := strings.Cut(strings.ToLower(locale), "-"); slices.Contains(Locales, base) {
		return base
	}
	return Locales[0]
}

// Codes lists the codes that have a sentence in a language, in order.
func Codes(locale string) []string {
	return slices.Sorted(maps.Keys(messages()[locale]))
}
