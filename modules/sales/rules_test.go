package sales

import (
	"fmt"
	"testing"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// rec makes a record of pairs of field and value.
func rec(o *object.Object, pairs ...any) *object.Record {
	r := object.NewRecord(o)
	for i := 0; i < len(pairs); i += 2 {
		r.Set(pairs[i].(string), pairs[i+1])
	}
	return r
}

func cny(minor int64) object.Money { return object.Money{Minor: minor, Currency: "CNY", Base: minor} }

func TestLineAmounts(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		quantity, discount int64
		price              object.Money
		want               string
	}{
		"plain":               {2000, 0, cny(1050), "{2100 CNY 2100}"},
		"half a fen goes up":  {500, 0, cny(1), "{1 CNY 1}"},
		"less goes down":      {499, 0, cny(1), "{0 CNY 0}"},
		"a third off":         {3000, 3333, cny(1000), "{2000 CNY 2000}"},
		"half up once only":   {1500, 5000, cny(333), "{250 CNY 250}"}, // 249.75, not half of 500
		"all off":             {1000, 10000, cny(99999), "{0 CNY 0}"},
		"whole yen":           {1500, 0, object.Money{Minor: 333, Currency: "JPY", Base: 1666}, "{500 JPY 2499}"},
		"a thousandth":        {1, 0, cny(49999), "{50 CNY 50}"},
		"as much as there is": {1000, 0, cny(999_999_999_999_999_999), "{999999999999999999 CNY 999999999999999999}"},
		"too much":            {2000, 0, cny(999_999_999_999_999_999), "none"},
		"too much at home":    {2000, 0, object.Money{Minor: 1, Currency: "USD", Base: 999_999_999_999_999_999}, "none"},
	} {
		got := "none"
		if m, ok := lineAmount(rec(OrderLine, "quantity", x.quantity, "discount_percent", x.discount, "price", x.price)); ok {
			got = fmt.Sprint(m)
		}
		if got != x.want {
			t.Errorf("%s: %s, not %s", name, got, x.want)
		}
	}
	if _, ok := lineAmount(rec(OrderLine, "quantity", int64(1000))); ok {
		t.Error("an amount without a price")
	}
}

func TestLinesTakeFromTheProductWhatTheyLack(t *testing.T) {
	t.Parallel()
	product := rec(Product, "name", "电机", "price", cny(500))
	line := rec(OrderLine, "quantity", int64(2000))
	price(line, product)
	if LineDescription.Get(line) != "电机" || LinePrice.Get(line) != cny(500) || LineAmount.Get(line) != cny(1000) {
		t.Errorf("%v", line.Values)
	}
	line = rec(OrderLine, "quantity", int64(2000), "price", cny(400), "description", "电机（旧款）")
	price(line, product)
	if LineDescription.Get(line) != "电机（旧款）" || LineAmount.Get(line) != cny(800) {
		t.Errorf("%v", line.Values)
	}
	line = rec(OrderLine, "quantity", int64(2000), "amount", cny(1))
	price(line, rec(Product, "name", "x"))
	if f := checkLine(line); LineAmount.Has(line) || len(f) != 1 || f[0].Path != "price" || f[0].Code != "required" {
		t.Errorf("without any price: %v %v", line.Values, f)
	}
	line = rec(OrderLine, "quantity", int64(2000), "price", cny(999_999_999_999_999_999))
	price(line, nil)
	if f := checkLine(line); len(f) != 1 || f[0].Code != "decimal.digits" {
		t.Errorf("too dear: %v", f)
	}
}

func TestOrdersAddUp(t *testing.T) {
	t.Parallel()
	line := func(m object.Money) *object.Record { return rec(OrderLine, "amount", m) }
	usd := object.Money{Minor: 100, Currency: "USD", Base: 720}
	for name, x := range map[string]struct {
		status   string
		discount any
		lines    []*object.Record
		total    string
		fault    string
	}{
		"two lines":              {Draft, nil, []*object.Record{line(cny(100)), line(cny(250))}, "{350 CNY 350}", ""},
		"less a discount":        {Draft, cny(50), []*object.Record{line(cny(100)), line(cny(250))}, "{300 CNY 300}", ""},
		"for nothing":            {"confirmed", cny(100), []*object.Record{line(cny(100))}, "{0 CNY 0}", ""},
		"more off than there is": {Draft, cny(101), []*object.Record{line(cny(100))}, "", "[discount order.discount]"},
		"another currency":       {Draft, nil, []*object.Record{line(usd), line(usd)}, "{200 USD 1440}", ""},
		"two currencies":         {Draft, nil, []*object.Record{line(cny(100)), line(usd)}, "", "[lines order.currencies]"},
		"discount in another":    {Draft, usd, []*object.Record{line(cny(1000))}, "", "[lines order.currencies]"},
		"too much":               {Draft, nil, []*object.Record{line(cny(999_999_999_999_999_999)), line(cny(1))}, "", "[lines decimal.digits]"},
		"a line without amount":  {Draft, nil, []*object.Record{line(cny(100)), rec(OrderLine)}, "{100 CNY 100}", ""},
		"empty draft":            {Draft, cny(5), nil, "", ""},
		"empty and confirmed":    {"confirmed", nil, nil, "", "[lines order.lines_needed]"},
		"empty and shipped":      {"shipped", nil, nil, "", "[lines order.lines_needed]"},
		"empty and completed":    {"completed", nil, nil, "", "[lines order.lines_needed]"},
		"empty and cancelled":    {Cancelled, nil, nil, "", ""},
	} {
		order := rec(Order, "status", x.status, "discount", x.discount)
		total := ""
		if sum, code := orderTotal(order, x.lines); code == "" && len(x.lines) > 0 {
			total = fmt.Sprint(sum)
		}
		if got := told(checkOrder(order, x.lines)); total != x.total || got != x.fault {
			t.Errorf("%s: %s %s, not %s %s", name, total, got, x.total, x.fault)
		}
	}
}

func told(list []fault.Field) (s string) {
	for _, f := range list {
		s += "[" + f.Path + " " + f.Code + "]"
	}
	return s
}

// stages of pipeline 1, and one of pipeline 2.
func stages() map[string]*object.Record {
	out := map[string]*object.Record{}
	for i, x := range []struct {
		name        string
		pipeline    int64
		probability int64
		kind        string
	}{{"first", 1, 10, Open}, {"talks", 1, 70, Open}, {"won", 1, 100, Won}, {"lost", 1, 0, Lost}, {"elsewhere", 2, 20, Open}} {
		s := rec(Stage, "name", x.name, "pipeline", x.pipeline, "probability", x.probability, "kind", x.kind, "position", int64(i+1))
		s.ID = int64(i + 1)
		out[x.name] = s
	}
	return out
}

func TestDealsFollowTheirStage(t *testing.T) {
	t.Parallel()
	st := stages()
	at := func(stage string, pairs ...any) *object.Record {
		return rec(Deal, append([]any{"pipeline", int64(1), "stage", st[stage].ID, "status", StageKind.Get(st[stage]), "probability", StageProbability.Get(st[stage]), "stage_since", int64(5)}, pairs...)...)
	}
	const now = int64(100)
	for name, x := range map[string]struct {
		old, deal   *object.Record
		stage       string
		entered     bool
		status      string
		probability int64
		since       int64
		closed      any
	}{
		"new":                       {nil, rec(Deal, "stage", st["first"].ID), "first", true, Open, 10, now, nil},
		"new with its own chance":   {nil, rec(Deal, "stage", st["first"].ID, "probability", int64(33)), "first", true, Open, 33, now, nil},
		"new and won already":       {nil, rec(Deal, "stage", st["won"].ID, "closed_at", int64(7)), "won", true, Won, 100, now, int64(7)},
		"dragged on":                {at("first"), at("first", "stage", st["talks"].ID), "talks", true, Open, 70, now, nil},
		"dragged with a new chance": {at("first"), at("first", "stage", st["talks"].ID, "probability", int64(55)), "talks", true, Open, 55, now, nil},
		"only renamed":              {at("talks", "probability", int64(61)), at("talks", "probability", int64(61), "name", "x"), "talks", false, Open, 61, 5, nil},
		"chance emptied":            {at("talks"), at("talks", "probability", nil), "talks", false, Open, 70, 5, nil},
		"won":                       {at("talks"), at("talks", "stage", st["won"].ID), "won", true, Won, 100, now, now},
		"won the day before":        {at("talks"), at("talks", "stage", st["won"].ID, "closed_at", int64(50)), "won", true, Won, 100, now, int64(50)},
		"lost, chance insisted on":  {at("talks"), at("talks", "stage", st["lost"].ID, "probability", int64(9)), "lost", true, Lost, 0, now, now},
		"reopened":                  {at("won", "closed_at", int64(50)), at("won", "closed_at", int64(50), "stage", st["talks"].ID), "talks", true, Open, 70, now, nil},
		"put back by an undo":       {at("won", "closed_at", int64(50)), at("talks", "stage_since", int64(3)), "talks", false, Open, 70, 3, nil},
	} {
		entered := follow(x.old, x.deal, st[x.stage], now)
		if got := fmt.Sprint(entered, DealStatus.Get(x.deal), DealProbability.Get(x.deal), DealSince.Get(x.deal), x.deal.Get("closed_at")); got != fmt.Sprint(x.entered, x.status, x.probability, x.since, x.closed) {
			t.Errorf("%s: %s", name, got)
		}
	}
	again := at("lost", "lost_reason", "price", "stage", st["talks"].ID)
	if follow(at("lost", "lost_reason", "price"), again, st["talks"], now); DealReason.Has(again) {
		t.Error("an open deal knows why it was lost")
	}
}

func TestWhatDealsMayBe(t *testing.T) {
	t.Parallel()
	st := stages()
	deal := func(status string, pairs ...any) *object.Record {
		return rec(Deal, append([]any{"pipeline", int64(1), "status", status}, pairs...)...)
	}
	for name, x := range map[string]struct {
		old, deal *object.Record
		stage     string
		want      string
	}{
		"open":                        {nil, deal(Open), "first", ""},
		"stage of another pipeline":   {nil, deal(Open), "elsewhere", "[stage deal.stage_elsewhere]"},
		"won without amount":          {nil, deal(Won), "won", "[amount deal.amount_needed]"},
		"won":                         {deal(Open), deal(Won, "amount", cny(1)), "won", ""},
		"won, then the amount erased": {deal(Won, "amount", cny(1)), deal(Won), "won", "[amount deal.amount_needed]"},
		"lost without reason":         {deal(Open), deal(Lost), "lost", "[lost_reason deal.reason_needed]"},
		"lost":                        {deal(Open), deal(Lost, "lost_reason", "price"), "lost", ""},
		"won after it was lost":       {deal(Lost), deal(Won, "amount", cny(1)), "won", "[stage deal.closed]"},
		"lost after it was won":       {deal(Won), deal(Lost, "lost_reason", "price"), "lost", "[stage deal.closed]"},
		"reopened":                    {deal(Won), deal(Open), "talks", ""},
		"all at once":                 {deal(Lost), deal(Won), "elsewhere", "[stage deal.stage_elsewhere][amount deal.amount_needed][stage deal.closed]"},
	} {
		if got := told(checkDeal(x.old, x.deal, st[x.stage])); got != x.want {
			t.Errorf("%s: %s, not %s", name, got, x.want)
		}
	}
}

func TestWhereDealsBeginAndGoBackTo(t *testing.T) {
	t.Parallel()
	st := stages()
	all := []*object.Record{st["lost"], st["won"], st["talks"], st["first"]}
	if s := first(all, Open); s != st["first"] {
		t.Errorf("the first open stage is %v", s)
	}
	if s := first(all[:2], Open); s != nil {
		t.Errorf("an open stage out of nowhere: %v", s)
	}
	move := func(from, to string) *object.Record {
		return rec(StageChange, "from", st[from].ID, "to", st[to].ID)
	}
	if s := before(all, []*object.Record{move("first", "talks"), move("talks", "lost")}); s != st["talks"] {
		t.Errorf("back to %v", s)
	}
	if s := before(all, []*object.Record{move("elsewhere", "lost")}); s != st["first"] {
		t.Errorf("back to a stage of another pipeline: %v", s)
	}
	one, two := rec(Pipeline, "name", "1"), rec(Pipeline, "name", "2", "default", true)
	if defaultOf([]*object.Record{one, two}) != two || defaultOf([]*object.Record{one}) != one || defaultOf(nil) != nil {
		t.Error("the pipeline of new deals")
	}
}

func TestWhatLeadsMayBe(t *testing.T) {
	t.Parallel()
	lead := func(status string, customer any) *object.Record {
		return rec(Lead, "status", status, "customer", customer, "converted_at", customer) // the time is as good as any
	}
	for name, x := range map[string]struct {
		old, lead *object.Record
		code      string
	}{
		"new":                    {nil, lead(LeadNew, nil), ""},
		"converted by hand":      {lead(LeadNew, nil), lead(LeadDone, nil), "lead.convert_needed"},
		"converted":              {lead(LeadNew, nil), lead(LeadDone, int64(5)), ""},
		"converted twice":        {lead(LeadDone, int64(5)), lead(LeadDone, int64(6)), "lead.converted"},
		"converted, then edited": {lead(LeadDone, int64(5)), lead(LeadDone, int64(5)), ""},
		"taken back by hand":     {lead(LeadDone, int64(5)), lead(LeadNew, int64(5)), "lead.converted"},
		"undone":                 {lead(LeadDone, int64(5)), lead("contacting", nil), ""},
	} {
		err := checkLead(x.old, x.lead)
		if x.code == "" && err != nil || x.code != "" && !fault.Has(err, x.code) {
			t.Errorf("%s: %v, not %q", name, err, x.code)
		}
	}
	became := rec(Lead, "status", LeadDone, "customer", int64(1), "unqualified_reason", "x")
	if stampLead(became, 9); LeadConvertedAt.Get(became) != 9 || LeadReason.Has(became) {
		t.Errorf("%v", became.Values)
	}
	if stampLead(became, 10); LeadConvertedAt.Get(became) != 9 {
		t.Error("the time of the conversion moved")
	}
}
