package ops

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"
	"io"
	"strings"

	"youpeng/platform/fault"
)

// A backup is a zip file whose comment, its very last bytes, is the hash of all bytes before it. So any flipped bit shows,
// also one in a place that nobody reads.
const sealSize = 2 * sha256.Size

var blank = strings.Repeat("0", sealSize)

// sealer hashes what is written, all but the last bytes, which finish replaces by the hash.
type sealer struct {
	to   io.Writer
	sum  hash.Hash
	tail []byte
}

func newSealer(to io.Writer) *sealer { return &sealer{to: to, sum: sha256.New()} }

func (s *sealer) Write(p []byte) (int, error) {
	s.tail = append(s.tail, p...)
	if n := len(s.tail) - sealSize; n > 0 {
		s.sum.Write(s.tail[:n])
		if _, err := s.to.Write(s.tail[:n]); err != nil {
			return 0, err
		}
		s.tail = append(s.tail[:0], s.tail[n:]...)
	}
	return len(p), nil
}

func (s *sealer) finish() error {
	if string(s.tail) != blank {
		return fmt.Errorf("ops: the backup does not end as it should")
	}
	_, err := io.WriteString(s.to, sumOf(s.sum))
	return err
}

// checkSeal reads a whole backup and refuses one that is not as it was written.
func checkSeal(r io.ReaderAt, size int64) error {
	damaged := fault.New(fault.Unprocessable, "backup.damaged")
	if size < sealSize {
		return damaged
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, size-sealSize)); err != nil {
		return err
	}
	said := make([]byte, sealSize)
	if _, err := r.ReadAt(said, size-sealSize); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(said, []byte(sumOf(sum))) != 1 {
		return damaged
	}
	return nil
}
