package query

import (
	"strings"

	"youpeng/engine/field"
	"youpeng/engine/object"
)

// What is saved of a question and asked later is checked part by part.

// Column checks the name of a field that a list shows, the object's own or one that a single link leads to.
func (p *Parser) Column(o *object.Object, name, at string) error {
	path, _, err := p.path(o, name, at)
	if err == nil && len(path) > 1 && path[0].Kind == object.KindLinks {
		err = p.unknown(o, name, at)
	}
	return err
}

// SortKey checks one key of a sort, such as "-amount".
func (p *Parser) SortKey(o *object.Object, text, at string) error {
	_, err := p.seen(o, strings.TrimPrefix(text, "-"), at, "sort.field", sortable)
	return err
}

// Asks checks the field and the operator of one leaf and leaves its value unread: whether the asker may ask it at all.
func (p *Parser) Asks(o *object.Object, leaf map[string]any, at string) error {
	name, _ := leaf["field"].(string)
	word, said := leaf["op"].(string)
	if !said {
		word = string(field.Eq)
	}
	_, err := p.fits(o, name, word, at)
	return err
}
