package entity

// Counters: what may follow a number in Korean and Japanese and belongs to it.

// koCounters follow Korean numerals of any sort.
var koCounters = newSet("개", "명", "사람", "대", "권", "장", "잔", "병", "마리", "살", "층", "호실", "호", "인분", "인용", "인실", "인석", "인", "자리",
	"좌석", "석", "매", "건", "회", "팀", "가지", "군데", "곳", "채", "송이", "켤레", "벌", "그릇", "봉지", "상자", "박스", "세트", "통", "쪽", "페이지",
	"점", "위", "등", "학년", "도", "평", "킬로그램", "킬로미터", "킬로", "그램", "미터", "리터", "번", "차례", "줄", "판", "끼", "방울", "조각",
	"자루", "다발", "포기", "그루", "척", "가구", "세대", "세", "차", "표", "배", "주년", "칸", "박", "단계", "번지", "동", "조", "kg", "km")

// enCounters are what English numbers count most.
var enCounters = newSet("people", "persons", "person", "ppl", "guests", "guest", "adults", "adult", "kids", "children", "attendees", "participants",
	"members", "men", "women", "seats", "tickets", "tables", "rooms", "items", "pieces", "pcs", "copies", "boxes", "bottles", "cups", "glasses",
	"orders", "times", "nights", "pages", "of us", "percent")

// koOrdinalCounters make a number an ordinal.
var koOrdinalCounters = newSet("번째", "번 째", "째")

// jaCounters follow Japanese numbers.
var jaCounters = newSet("人", "名", "名様", "個", "つ", "枚", "本", "冊", "回", "台", "件", "階", "番", "匹", "頭", "羽", "杯", "歳", "才", "着",
	"足", "箱", "袋", "皿", "席", "部屋", "室", "号室", "号", "号車", "位", "点", "度", "切れ", "人前", "人分", "人用", "ページ", "セット", "缶", "通",
	"社", "軒", "ヶ所", "か所", "カ所", "箇所", "棟", "束", "組", "品", "両", "倍", "泊", "キロ", "グラム", "メートル", "リットル", "ケース", "パック", "丁",
	"玉", "坪", "畳", "こ", "コ", "ケ", "kg", "km")

var jaOrdinalCounters = newSet("番目", "つ目", "回目", "人目", "個目", "枚目", "件目", "台目", "度目", "位", "番め", "つめ")

// latinUnits may follow digits without a blank; other letters make an identifier of them ("3D", "4K", "B2").
var latinUnits = newSet("k", "kg", "km", "cm", "mm", "m", "g", "mg", "l", "ml", "gb", "mb", "tb", "kb", "x", "ppl", "pcs", "people", "th", "st", "nd",
	"rd", "am", "pm", "h", "hr", "hrs", "hour", "hours", "min", "mins", "minute", "minutes", "sec", "secs", "seconds",
	"day", "days", "wk", "wks", "week", "weeks", "mo", "months", "month", "yr", "yrs", "year", "years", "usd", "krw", "jpy", "eur", "won",
	"yen", "percent", "mil", "mn", "bn", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
	"hundred", "thousand", "million", "billion", "until", "till", "to")

// koParticles end a Korean word after a number or a day.
var koParticles = newSet("에", "에는", "에도", "에만", "에서", "은", "는", "이", "가", "을", "를", "의", "로", "으로", "로요", "으로요", "와", "과", "랑", "이랑", "하고",
	"도", "만", "만요", "까지", "까지요", "부터", "부터요", "쯤", "쯤에", "쯤요", "경", "경에", "정도", "정도요", "이요", "요", "이에요", "예요", "에요", "입니다", "이야", "야", "인데",
	"인데요", "이고", "고", "이고요", "이나", "나", "보다", "이상", "이하", "이내", "미만", "초과", "씩", "뿐", "마다", "짜리", "짜리로", "이면", "면", "이라", "라고", "이라고", "이라서",
	"당", "째", "다", "이며", "이니", "이니까", "이랍니다", "일까요", "인가요", "이죠", "죠", "이지", "지", "이었", "이라도", "라도", "전", "후", "동안", "간", "밖에", "대로", "처럼",
	"이든", "든", "들", "등", "중")

// dropsTwo holds what may follow a final 이 that is no 2 but the start of another word or of an ending ("삼천 이상", "삼십이에요").
var dropsTwo = newSet("상", "하", "내", "전", "후", "나", "고", "에요", "예요", "야", "라", "면", "다", "지", "며", "니", "었", "란", "든", "랑", "죠", "외")
