package arena

import "slices"

// rows holds by ordinal what a record has: one word in a page, or where several stand in items. Their upper bit is no
// word's own.
type rows[T uint32 | uint64] struct {
	pages [][]T // of 65,536 ordinals; nil where no record has anything
	items []T   // runs: how many, then these
	waste int   // of items that nobody refers to
}

const pageRows = 1 << 16

// several marks a word that says where several stand.
func several[T uint32 | uint64]() T { return ^(^T(0) >> 1) }

// at is a record's word.
func (r *rows[T]) at(ord uint32) T {
	if page := int(ord / pageRows); page < len(r.pages) && r.pages[page] != nil {
		return r.pages[page][ord%pageRows]
	}
	return 0
}

// of is all that a record has; it must not be kept.
func (r *rows[T]) of(ord uint32) []T {
	x := r.at(ord)
	switch {
	case x == 0:
		return nil
	case x < several[T]():
		return r.pages[ord/pageRows][ord%pageRows:][:1]
	}
	return r.run(x)
}

// run is the several words to which one refers.
func (r *rows[T]) run(x T) []T {
	p := x &^ several[T]()
	return r.items[p+1 : p+1+r.items[p]]
}

func (r *rows[T]) set(ord uint32, words []T) {
	if old := r.of(ord); len(old) > 1 {
		clear(old)
		r.waste += len(old) + 1
	}
	switch len(words) {
	case 0:
		if r.at(ord) != 0 {
			r.put(ord, 0)
		}
	case 1:
		r.put(ord, words[0])
	default:
		if r.waste > 1<<12 && 2*r.waste > len(r.items) {
			r.compact(ord)
		}
		r.put(ord, several[T]()|T(len(r.items)))
		r.items = append(append(r.items, T(len(words))), words...)
	}
}

func (r *rows[T]) put(ord uint32, x T) {
	page := int(ord / pageRows)
	for page >= len(r.pages) {
		r.pages = append(r.pages, nil)
	}
	if r.pages[page] == nil {
		r.pages[page] = make([]T, pageRows)
	}
	r.pages[page][ord%pageRows] = x
}

// compact leaves out what nobody refers to; one record is about to refer to something new.
func (r *rows[T]) compact(except uint32) {
	r.put(except, 0)
	old := r.items
	fresh := make([]T, 0, len(old)-r.waste)
	for _, page := range r.pages {
		for i, x := range page {
			if x >= several[T]() {
				run := r.run(x)
				page[i] = several[T]() | T(len(fresh))
				fresh = append(append(fresh, T(len(run))), run...)
			}
		}
	}
	clear(old)
	r.items, r.waste = fresh, 0
}

// change gives every word anew.
func (r *rows[T]) change(to func(T) T) {
	for _, page := range r.pages {
		for i, x := range page {
			switch {
			case x == 0:
			case x < several[T]():
				page[i] = to(x)
			default:
				for k, y := range r.run(x) {
					r.run(x)[k] = to(y)
				}
			}
		}
	}
}

func (r *rows[T]) clone() rows[T] {
	c := rows[T]{pages: make([][]T, len(r.pages)), items: slices.Clone(r.items), waste: r.waste}
	for i, page := range r.pages {
		c.pages[i] = slices.Clone(page)
	}
	return c
}

func (r *rows[T]) bytes() int {
	words := cap(r.items)
	for _, page := range r.pages {
		words += len(page)
	}
	wide := 4
	if several[T]()>>16>>16 != 0 {
		wide = 8
	}
	return wide*words + 24*cap(r.pages)
}
