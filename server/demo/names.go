package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"youpeng/engine/field"
)

// The words of which names are made. Companies and people are invented; numbers belong to nobody we know of.
var (
	cities = []struct{ name, province, code string }{
		{"杭州", "浙江", "330100"}, {"宁波", "浙江", "330200"}, {"苏州", "江苏", "320500"}, {"无锡", "江苏", "320200"}, {"上海", "上海", "310100"}, {"南京", "江苏", "320100"},
		{"深圳", "广东", "440300"}, {"广州", "广东", "440100"}, {"东莞", "广东", "441900"}, {"佛山", "广东", "440600"}, {"厦门", "福建", "350200"}, {"重庆", "重庆", "500100"},
		{"成都", "四川", "510100"}, {"武汉", "湖北", "420100"}, {"长沙", "湖南", "430100"}, {"青岛", "山东", "370200"}, {"天津", "天津", "120100"}, {"西安", "陕西", "610100"},
	}
	brands     = strings.Fields("远景 恒通 华瑞 天工 金源 博泰 鼎新 立信 瑞丰 宏图 卓越 凯达 德邦 永兴 新航 海川 正和 创维 启明 同济 安泰 众合 精诚 力拓 浩宇 中科 国盛 光华 宝隆 佳禾 明德 润泽 科锐 信达 联创 星辰 百川 方圆 万利 长风")
	trades     = []struct{ word, industry string }{{"精密机械", "manufacturing"}, {"自动化设备", "manufacturing"}, {"电子科技", "manufacturing"}, {"新材料", "manufacturing"}, {"物流", "logistics"}, {"食品", "food"}, {"医疗器械", "medical"}, {"能源科技", "energy"}, {"建筑工程", "construction"}, {"商贸", "retail"}, {"网络科技", "internet"}, {"教育科技", "education"}}
	surnames   = strings.Fields("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 单 仇 解 欧阳")
	givenNames = strings.Fields("伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建华 文博 子轩 雨桐 浩然 思远 晓彤 志强 海燕 俊杰 佳怡 春梅 国栋 立新 婷婷 一鸣 嘉琪 晨曦 永康")
	titles     = strings.Fields("采购经理 总经理 设备主管 生产厂长 技术总监 采购专员 财务经理 副总经理 项目经理 行政主管")
	streets    = strings.Fields("滨江大道 科技路 人民路 创业大道 解放路 工业园区一路 高新大道 建设路 中山路 文昌路")
	callWords  = strings.Fields("报价 交期 样机测试 付款方式 售后响应 产线改造 年度采购计划 竞品对比 安装条件 培训安排")
	complaints = []string{"设备运行时有异响", "到货数量与订单不符", "控制面板无法启动", "发票抬头有误", "备件缺货已三天", "软件升级后参数丢失", "包装破损，外壳有划痕", "培训资料没有收到"}
	remedies   = []string{"已远程指导调整并观察一天，恢复正常。", "已补发缺件，客户签收。", "更换电源模块，现场测试通过。", "已重新开具发票并寄出。", "已从上海仓调拨备件。", "已恢复备份参数并升级到最新版本。"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func person(r *rand.Rand) string { return pick(r, surnames) + pick(r, givenNames) }

// company invents a company's name once.
func (w *world) company() (name, region, industry string, code string) {
	for {
		c, t := pick(w.rand, cities), pick(w.rand, trades)
		name = c.name + pick(w.rand, brands) + t.word + "有限公司"
		if w.rand.IntN(6) == 0 {
			name = c.name + pick(w.rand, brands) + pick(w.rand, givenNames) + t.word + "股份有限公司"
		}
		if !w.taken[name] {
			w.taken[name] = true
			return name, c.province + c.name, t.industry, c.code
		}
	}
}

func (w *world) mobile() string {
	for {
		n := fmt.Sprintf("1%s%08d", pick(w.rand, []string{"38", "39", "35", "36", "58", "59", "86", "87", "77"}), w.rand.IntN(100_000_000))
		if !w.taken[n] {
			w.taken[n] = true
			return n
		}
	}
}

// credit makes a unified social credit code with its check character (GB 32100-2015).
func (w *world) credit(place string) string {
	const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code := "91" + place
	for len(code) < 17 {
		code += string(letters[w.rand.IntN(len(letters))])
	}
	return code + string(field.USCCCheck(code))
}

// people are the twelve who work here, in departments of three levels.
var people = []struct{ mail, name, title, department, manager, role string }{
	{"boss", "陈建国", "总经理", "公司", "", "manager"},
	{"admin", "王敏", "系统管理员", "公司", "boss", "administrator"},
	{"director", "周海燕", "销售总监", "销售中心", "boss", "manager"},
	{"manager", "李雷", "华东区经理", "华东区", "director", "manager"},
	{"sales", "韩梅梅", "客户经理", "华东区", "manager", "salesperson"},
	{"zhao", "赵立新", "客户经理", "华东区", "manager", "salesperson"},
	{"qian", "钱文博", "客户经理", "华东区", "manager", "salesperson"},
	{"south", "孙志强", "华南区经理", "华南区", "director", "manager"},
	{"lin", "林晓彤", "客户经理", "华南区", "south", "salesperson"},
	{"he", "何俊杰", "客户经理", "华南区", "south", "salesperson"},
	{"market", "唐雨桐", "市场主管", "市场部", "boss", "manager"},
	{"service", "马国栋", "客服主管", "客户服务部", "boss", "manager"},
}

var departments = []struct{ name, parent string }{{"公司", ""}, {"销售中心", "公司"}, {"华东区", "销售中心"}, {"华南区", "销售中心"}, {"市场部", "公司"}, {"客户服务部", "公司"}}

// tags are the words that these people put on their customers.
var tags = []struct{ name, color string }{{"重点", "red"}, {"老客户介绍", "green"}, {"展会", "blue"}, {"价格敏感", "amber"}, {"年度框架", "violet"}}

var products = []struct {
	code, name, unit, category string
	price                      int
}{
	{"CNC-200", "数控车床 CNC-200", "台", "机床", 186000}, {"CNC-350", "数控车床 CNC-350", "台", "机床", 268000}, {"VMC-850", "立式加工中心 VMC-850", "台", "机床", 352000},
	{"LSR-1500", "光纤激光切割机 1500W", "台", "激光", 428000}, {"LSR-3000", "光纤激光切割机 3000W", "台", "激光", 615000}, {"ROB-06", "六轴机器人 6kg", "台", "机器人", 98000},
	{"ROB-20", "六轴机器人 20kg", "台", "机器人", 158000}, {"CNV-10", "皮带输送线 10 m", "条", "输送", 36000}, {"AGV-300", "搬运小车 AGV-300", "台", "输送", 89000},
	{"CMM-500", "三坐标测量机", "台", "检测", 235000}, {"VIS-12", "视觉检测系统", "套", "检测", 68000}, {"AIR-37", "空压机 37kW", "台", "辅机", 42000},
	{"CHL-05", "工业冷水机", "台", "辅机", 18500}, {"KIT-A", "易损件套装 A", "套", "备件", 3200}, {"KIT-B", "易损件套装 B", "套", "备件", 5600}, {"SRV-Y", "年度维保服务", "年", "服务", 24000},
}
