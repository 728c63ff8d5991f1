package arena

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// million holds a million company names and as many phones.
func million() (names, phones *Arena) {
	m := newMaker(42)
	places := []string{"北京", "上海", "深圳市", "广州", "杭州", "重庆", "成都", "苏州", "武汉", "长沙"}
	words := strings.Split("华信科达远博瑞恒通泰兴盛德美佳诚友联创新宇天地海金银星光明东方南北中正大同和平安康宁福禄寿喜文武张王李赵长重行乐", "")
	kinds := []string{"科技", "贸易", "实业", "信息技术", "机械", "食品", "物流", "建筑", "文化传媒", "咨询"}
	ends := []string{"有限公司", "有限公司", "有限公司", "股份有限公司"}
	names, phones = New(Name), New(Digits)
	for ord := uint32(1); ord <= 1_000_000; ord++ {
		name := pick(m, places)
		for range 2 + m.IntN(2) {
			name += pick(m, words)
		}
		names.Set(ord, name+pick(m, kinds)+pick(m, ends))
		phones.Set(ord, fmt.Sprintf("861%d%09d", 3+m.IntN(7), m.IntN(1_000_000_000)))
	}
	return names, phones
}

func BenchmarkFind(b *testing.B) {
	names, phones := million()
	b.Logf("bytes a value: names %.1f, phones %.1f", float64(names.Bytes())/1e6, float64(phones.Bytes())/1e6)
	ages := Ages{Of: make([]uint64, 1_000_001), Most: make([]uint64, 245), Block: 4096}
	for ord := range ages.Of {
		ages.Of[ord], ages.Most[ord/4096] = uint64(ord), uint64(ord)
	}
	for _, question := range []string{
		"华", "华信", "信科技", "有限公司", "公司", "z", "g", "cq", "yxgs", "hxkj", "huaxin", "chongqing", "zhang", "shenzhen", "bjhxkj", "华xin", "abc",
		"1", "138", "8000", "13800138",
	} {
		q, err := Parse(question)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(question, func(b *testing.B) {
			found, before := 0, cpu()
			for b.Loop() {
				var hits Hits
				for _, a := range []*Arena{names, phones} {
					if err := a.Find(b.Context(), q, Ask{}, &hits); err != nil {
						b.Fatal(err)
					}
				}
				found = hits.Total()
				hits.First(20, nil, 0, ages)
				hits.Release()
			}
			b.ReportMetric((cpu()-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(found), "found")
		})
	}
}

// cpu is the time that the process has computed, which busy neighbours do not lengthen.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}
