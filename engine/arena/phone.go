package arena

import "strings"

const countryCode = "86"

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// withTrunkZero writes a Chinese landline with the zero that people dial and type: +86 21 5888 1234 becomes
// 8602158881234, so that 021 finds it. Mobiles and 400 or 800 numbers have none.
func withTrunkZero(digits string) string {
	national, chinese := strings.CutPrefix(digits, countryCode)
	if !chinese || len(national) < 9 || len(national) > 11 || !isLandline(national) {
		return digits
	}
	return countryCode + "0" + national
}

// isLandline says whether a national number, or what is typed of one so far, begins with an area code.
func isLandline(national string) bool {
	switch {
	case national == "" || national[0] == '0' || strings.HasPrefix(national, "400") || strings.HasPrefix(national, "800"):
		return false
	case national[0] == '1':
		return strings.HasPrefix(national, "10")
	}
	return true
}

// isChinese says whether digits are a number of China in full, whatever extension stands behind it.
func isChinese(digits string) bool {
	return strings.HasPrefix(digits, countryCode) && len(digits) >= 11
}

// typedDigits reads a question as a part of a phone number; empty when it cannot be one. A country code is only
// believed after a plus.
func typedDigits(s string) string {
	if strings.Trim(s, "0123456789 -+()./") != "" {
		return ""
	}
	digits := onlyDigits(s)
	if national, chinese := strings.CutPrefix(digits, countryCode); chinese && strings.HasPrefix(s, "+") && isLandline(national) {
		return countryCode + "0" + national
	}
	return digits
}
