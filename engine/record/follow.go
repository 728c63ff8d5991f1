package record

import "youpeng/engine/object"

// Follow lets a living record follow this change in the same change set, as a roll-up does. What to set on it is asked
// when its turn comes, with the record as this write leaves it by then, so that many changes of one write add up; an
// answer of nothing sets nothing. Its derived fields are compared too before anything is kept.
func (c *Change) Follow(name string, id int64, set func(now *object.Record) (map[string]any, error)) {
	c.Also(Op{Do: Update, Object: name, ID: id, follows: set})
}

// followed asks what to set on a record that follows, and says whether it is anything.
func (p *plan) followed(op *Op) (bool, error) {
	now, err := p.read.Get(op.Object, op.ID)
	if err != nil || now == nil || now.Deleted != 0 {
		return false, err
	}
	p.read.firm[place{now.Object.Number, now.ID}] = true
	op.Set, err = op.follows(now)
	return len(op.Set) > 0, err
}
