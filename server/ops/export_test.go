package ops

import (
	"archive/zip"
	"io"
	"os"
)

// Resealed writes a backup anew with other bytes in one entry and a seal that fits.
func Resealed(path string, in *zip.Reader, entry string, bytes []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := newSealer(f)
	z := zip.NewWriter(s)
	if err := z.SetComment(blank); err != nil {
		return err
	}
	for _, e := range in.File {
		w, err := z.Create(e.Name)
		if err != nil {
			return err
		}
		if e.Name == entry {
			_, err = w.Write(bytes)
		} else {
			var r io.ReadCloser
			if r, err = e.Open(); err == nil {
				_, err = io.Copy(w, r)
				r.Close()
			}
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return s.finish()
}
