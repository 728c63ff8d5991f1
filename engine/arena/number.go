package arena

// A phone is held as a number of sixteen places of four bits, the first digit in the lowest, each digit as itself and
// one, so that an empty place is 0. The sixteenth place stays free.
const (
	maxDigits = 15
	places    = uint64(0x1111111111111111) // 1 at every place
)

// pack makes the number of at most maxDigits digits.
func pack(digits []byte) uint64 {
	x := uint64(0)
	for i, d := range digits {
		x |= uint64(d-'0'+1) << (4 * i)
	}
	return x
}

// inChina says whether a number is one of China in full, as isChinese does of its digits.
func inChina(x uint64) bool { return x&0xFF == 0x79 && x>>40 != 0 }

// sought is the digits of a question as they are compared with numbers: each at every place at once.
type sought struct {
	whole uint64
	each  []uint64
	pair  [2]uint64 // the last two, which tell most: numbers begin alike
	alone uint64    // all bits if there is one digit only
}

func newSought(digits []byte) sought {
	if len(digits) > maxDigits {
		return sought{}
	}
	s := sought{whole: pack(digits)}
	for _, d := range digits {
		s.each = append(s.each, places*uint64(d-'0'+1))
	}
	if n := len(s.each); n > 0 {
		s.pair = [2]uint64{s.each[max(0, n-2)], s.each[n-1]}
		if n == 1 {
			s.alone = ^uint64(0)
		}
	}
	return s
}

// holds says whether a number has the last two digits side by side; of most others no more needs to be known.
func (s *sought) holds(x uint64) bool {
	one, two := x^s.pair[0], x^s.pair[1]
	one |= one >> 1
	two |= two >> 1
	one |= one >> 2
	two |= two >> 2
	return ^one&places&(^two&places>>4|s.alone) != 0
}

// rank judges a number just as literalRank does its digits; ranks means that it does not match.
func (s *sought) rank(x uint64) Rank {
	begins := places
	for i, d := range s.each {
		differs := x ^ d
		differs |= differs >> 1
		differs |= differs >> 2
		if begins &= (^differs & places) >> (4 * i & 63); begins == 0 {
			return ranks
		}
	}
	switch national := inChina(x); {
	case x == s.whole, national && x>>8 == s.whole:
		return Exact
	case begins&1 != 0, national && begins>>8&1 != 0:
		return Beginning
	}
	return Inside
}
