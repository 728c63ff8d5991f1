package arena

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// snapshotForm counts changes to the form of a snapshot.
const snapshotForm = 1

// Copy is what the arena holds now, to be written while the arena goes on; it can be written and nothing else.
func (a *Arena) Copy() *Arena {
	c := &Arena{class: a.class, width: a.width, chunks: make([]*chunk, len(a.chunks))}
	for i, k := range a.chunks {
		if k != nil {
			c.chunks[i] = &chunk{text: slices.Clone(k.text), ends: slices.Clone(k.ends), ords: slices.Clone(k.ords), cores: slices.Clone(k.cores)}
		}
	}
	return c
}

// WriteTo writes the arena for ReadFrom.
func (a *Arena) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: bufio.NewWriterSize(w, 1<<16)}
	version := hanzi.Version()
	chunks := 0
	for _, c := range a.chunks {
		if c != nil {
			chunks++
		}
	}
	out.put(snapshotForm, uint32(a.class), uint32(len(version)))
	out.bytes([]byte(version))
	out.put(uint32(chunks))
	for _, c := range a.chunks {
		if c == nil {
			continue
		}
		out.put(uint32(len(c.text)), uint32(len(c.ords)), uint32(len(c.cores)))
		out.bytes(c.text)
		out.fixed(c.ends)
		out.fixed(c.ords)
		out.bytes(c.cores)
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.n, out.err
}

// ReadFrom replaces the arena by a snapshot. One of another class, or made with other readings, or damaged, is
// refused and leaves the arena empty. It reads its own bytes and no more.
func (a *Arena) ReadFrom(r io.Reader) (int64, error) {
	*a = *New(a.class)
	in := &reader{r: r}
	form, class, length := in.get(), in.get(), in.get()
	if in.err == nil && (form != snapshotForm || class != uint32(a.class) || length > 256) {
		return in.n, damaged("another form")
	}
	if version := in.bytes(int(length)); in.err == nil && string(version) != hanzi.Version() {
		return in.n, damaged("other readings")
	}
	for range in.get() {
		c := in.chunk()
		if in.err == nil {
			in.err = a.adopt(c)
		}
		if in.err != nil {
			break
		}
	}
	if in.err != nil {
		*a = *New(a.class)
	}
	return in.n, in.err
}

// adopt checks a chunk and takes it in.
func (a *Arena) adopt(c *chunk) error {
	n := len(c.ords)
	if n == 0 || len(c.text)%a.width != 0 || int(c.ends[n-1])*a.width != len(c.text) || (a.class == Code) != (len(c.cores) == 0) {
		return damaged("lengths")
	}
	for i, ord := range c.ords {
		start, end := c.start(i), int(c.ends[i])
		if start >= end || start+int(c.core(i)) > end {
			return damaged("bounds")
		}
		switch {
		case ord == 0:
			c.dead++
		case i > 0 && c.ords[i-1] == ord: // another value of the same record
		case a.place(ord) != 0:
			return damaged("a record twice")
		default:
			a.setPlace(ord, uint32(len(a.chunks)*maxValues+i+1))
			a.records++
		}
		if ord != 0 {
			a.count(c.text[start*a.width:end*a.width], 1)
		}
	}
	a.last = len(a.chunks)
	a.chunks = append(a.chunks, c)
	return nil
}

func damaged(why string) error {
	return fault.New(fault.Internal, "snapshot.damaged").Because(fmt.Errorf("arena: %s", why))
}

// counter writes until the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) bytes(b []byte) {
	if c.err == nil {
		var n int
		n, c.err = c.w.Write(b)
		c.n += int64(n)
	}
}

func (c *counter) put(numbers ...uint32) { c.fixed(numbers) }

func (c *counter) fixed(list any) {
	if c.err == nil {
		c.err = binary.Write(c.w, binary.LittleEndian, list)
		c.n += int64(binary.Size(list))
	}
}

// reader reads until the first error.
type reader struct {
	r   io.Reader
	n   int64
	err error
}

func (in *reader) bytes(n int) []byte {
	if in.err != nil {
		return nil
	}
	b := make([]byte, n)
	var got int
	got, in.err = io.ReadFull(in.r, b)
	in.n += int64(got)
	return b
}

func (in *reader) get() uint32 {
	if b := in.bytes(4); in.err == nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// chunk reads one chunk; its lengths are bounded before anything is made of them.
func (in *reader) chunk() *chunk {
	text, values, cores := in.get(), in.get(), in.get()
	if in.err == nil && (text > 2*maxUnits || values > maxValues || cores != 0 && cores != values) {
		in.err = damaged("lengths")
	}
	if in.err != nil {
		return nil
	}
	c := &chunk{text: in.bytes(int(text)), ends: make([]uint16, values), ords: make([]uint32, values)}
	ends, ords := in.bytes(2*int(values)), in.bytes(4*int(values))
	if cores > 0 {
		c.cores = in.bytes(int(cores))
	}
	if in.err != nil {
		return nil
	}
	for i := range c.ends {
		c.ends[i] = binary.LittleEndian.Uint16(ends[2*i:])
		c.ords[i] = binary.LittleEndian.Uint32(ords[4*i:])
	}
	return c
}
