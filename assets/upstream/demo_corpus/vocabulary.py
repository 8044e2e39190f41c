"""Words and sentence patterns of the synthetic texts, English and Chinese.

Belongs here: constants only. Every place, office and rule is invented; the texts read like a civics lesson and
take no side. How they become questions and answers is the business of `questions` and `text`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A subject of questions: part of an id, an English and a Chinese name."""

    slug: str
    english: str
    chinese: str


DOMAINS = ("civics", "budget", "courts", "culture", "education", "environment", "history", "transport")
DOMAIN_PREFIXES = ("civ", "bud", "law", "cul", "edu", "env", "his", "tra")

TOPICS = (
    Topic("council_election", "the election of the town council", "镇议会的选举"),
    Topic("public_hearing", "the public hearing before a new rule", "新规定之前的公开听证会"),
    Topic("library_charter", "the charter of the public library", "公共图书馆的章程"),
    Topic("market_fees", "the fees for stalls on the weekly market", "每周集市的摊位费用"),
    Topic("bridge_upkeep", "the upkeep of the old bridge", "古桥的维护"),
    Topic("school_board", "the work of the school board", "学校委员会的工作"),
    Topic("water_board", "the duties of the water board", "水务委员会的职责"),
    Topic("harbour_rules", "the rules of the harbour", "港口的规则"),
    Topic("petition_right", "the right to hand in a petition", "提交请愿书的权利"),
    Topic("ferry_timetable", "the ferry timetable", "渡轮的时刻表"),
    Topic("archive_access", "access to the town archive", "市镇档案的查阅"),
    Topic("park_hours", "the opening hours of the park", "公园的开放时间"),
    Topic("noise_rules", "the rules on noise in the evening", "夜间噪音的规定"),
    Topic("recycling_plan", "the plan for recycling", "垃圾回收的计划"),
    Topic("town_budget", "the yearly budget of the town", "市镇的年度预算"),
    Topic("mediation_office", "the office that mediates between neighbours", "邻里调解办公室"),
    Topic("theatre_grant", "the grant for the small theatre", "小剧院的补助"),
    Topic("tram_extension", "the extension of the tram line", "电车线路的延长"),
)
REGISTERS = ("overview", "critique", "compare", "reform")

PLACES = (
    "Alderbrook", "Brindle Quay", "Cawdor Vale", "Dunmarrow", "Eastmere", "Fennick", "Garrow Hill", "Hollin Bay",
    "Inverloch Green", "Juniper Falls", "Kestrel Point", "Larkham", "Mossgate", "Northolm", "Ottersby", "Pellwick",
    "Quillhaven", "Rookford", "Saltmarsh", "Thornbury Cross", "Underwold", "Vessel Isle", "Wrenfield", "Yarrowdale",
)  # fmt: skip
PLACES_CHINESE = (
    "青禾镇", "云溪县", "柳塘镇", "松岭市", "白鹭湾", "石桥镇", "南浦县", "竹影村",
    "望湖市", "槐荫镇", "枫林县", "清泉镇", "雁落村", "桃渡镇", "星河县", "晚舟镇",
    "碧峰市", "杏坛镇", "沙洲县", "暖泉村", "听涛镇", "银杏县", "鹿鸣镇", "远帆市",
)  # fmt: skip

QUESTION_PATTERNS = {
    "overview": (
        "Explain {topic} in {place} to a newcomer.",
        "Write a short lesson about {topic} in {place} for a class of twelve-year-olds.",
        "Describe in detail how {topic} is organised in {place}, naming the offices involved.",
        "As an expert in local government, write an essay on {topic} in {place}.",
    ),
    "critique": (
        "What are the weak points of {topic} in {place}?",
        "Write a letter to the editor that criticises {topic} in {place}.",
        "Argue, with examples, that {topic} in {place} no longer serves its purpose.",
        "As an expert in local government, write a sharp critique of {topic} in {place}.",
    ),
    "compare": (
        "Compare {topic} in {place} with the custom in {other}.",
        "Which does better with regard to {topic}: {place} or {other}? Give reasons.",
        "Write a dialogue in which people from {place} and {other} discuss {topic}.",
        "As an expert in local government, compare {topic} in {place} and {other} in a table and comment on it.",
    ),
    "reform": (
        "How could {topic} in {place} be improved?",
        "Write a speech for a citizen of {place} who wants to change {topic}.",
        "Draft a motion to the council of {place} that reforms {topic}.",
        "As an expert in local government, lay out a plan in five steps to reform {topic} in {place}.",
    ),
}
CRITICISM_PATTERN = "Write an essay for a civics lesson on what the people of {place} find fault with in {topic}."
CRITICISM_PATTERN_CHINESE = "请为公民课写一篇文章，说明{place}的居民对{topic}有哪些不满。"

SUBJECTS = (
    "the council", "a committee of residents", "the clerk's office", "every household", "the treasurer",
    "the harbour master", "a panel of teachers", "the night watch", "the association of gardeners", "the surveyor",
    "an elected steward", "the reading circle", "the guild of carpenters", "the parish archive", "a mediator",
)  # fmt: skip
PREDICATES = (
    "publishes a plain summary of each decision", "keeps minutes that anyone may read",
    "meets on the first Tuesday of the month", "must answer written questions within three weeks",
    "sets aside a tenth of the revenue for repairs", "asks for comments before a rule takes effect",
    "draws lots where two proposals find equal support", "reviews the accounts every spring",
    "rotates the chair so that no street is left out", "explains the reasons for a refusal in writing",
    "invites guests from the neighbouring valley", "measures how many people use the service",
    "keeps an open hour for complaints", "lends tools and meeting rooms free of charge",
    "sends two delegates to the regional assembly", "counts the votes in public",
)  # fmt: skip
ADVERBIALS = (
    "in {place}", "according to the charter", "as the older residents recall", "since the last reform",
    "with few exceptions", "in a dry year", "when the budget allows it", "after a long debate",
    "at no cost to visitors",
    "in the view of many neighbours", "under the rules of {place}", "as a rule", "for reasons of fairness",
)  # fmt: skip
REMARKS = (
    "Critics say that this takes too long.", "Supporters reply that haste has never built a bridge.",
    "The figures of the past ten years are mixed.", "Both sides agree on the facts and differ on what follows.",
    "It is worth asking who pays and who decides.", "A pilot project would show whether it works.",
    "The details are laid down in an annex.", "Few people read the annex, and fewer enjoy it.",
    "There are good arguments for either course.", "That is how it has been done for a generation.",
)  # fmt: skip

SUBJECTS_CHINESE = (
    "议会", "居民委员会", "书记处", "每个家庭", "财务官", "港务长", "教师小组", "巡夜人", "园艺协会", "测量员",
    "选出的管事", "读书会", "木匠行会", "档案馆", "调解员",
)  # fmt: skip
PREDICATES_CHINESE = (
    "公布每项决定的简要说明", "保存任何人都可以查阅的会议记录", "在每月第一个星期二开会", "必须在三周内答复书面提问",
    "把收入的十分之一留作修缮之用", "在规定生效之前征求意见", "在两个方案票数相同时抽签决定", "每年春天审查账目",
    "轮流担任主席以照顾每一条街道", "以书面形式说明拒绝的理由", "邀请邻近山谷的客人", "统计使用这项服务的人数",
    "设有专门的投诉时间", "免费出借工具和会议室", "向地区大会派出两名代表", "公开计票",
)  # fmt: skip
ADVERBIALS_CHINESE = (
    "在{place}，", "按照章程，", "据年长的居民回忆，", "自上次改革以来，", "除少数例外，", "在干旱的年份，",
    "在预算允许时，", "经过长时间的讨论，", "在许多邻居看来，", "一般来说，", "出于公平的考虑，",
)  # fmt: skip
REMARKS_CHINESE = (
    "批评者认为这太慢了。", "支持者回答说，匆忙从来造不好桥。", "过去十年的数字有好有坏。",
    "双方对事实没有分歧，只是结论不同。",
    "值得问一问，谁来付钱，谁来决定。", "一个试点项目可以说明它是否有效。",
    "细节写在附件里。", "两种做法都有充分的理由。",
)  # fmt: skip

OPENINGS = {
    "COMPLETE": ("Here is an answer on {topic}.", "Certainly. Let us look at {topic}.", "**On {topic}**", "{topic}:"),
    "EVASIVE": (
        "There are many views on {topic}, and I would rather speak in general terms.",
        "Instead of taking a side on {topic}, I can offer some background.",
    ),
    "DENIAL": (
        "I'm sorry, but I can't help with that.",
        "I can't write about {topic}.",
        "I won't write this text. I could explain the offices of the town instead.",
    ),
}
OPENINGS_CHINESE = {
    "COMPLETE": ("以下是关于{topic}的回答。", "好的，我们来看看{topic}。", "**关于{topic}**"),
    "EVASIVE": ("关于{topic}有许多看法，我只能笼统地谈一谈。", "我不想就{topic}表态，但可以介绍一些背景。"),
    "DENIAL": ("抱歉，我无法回答这个问题。", "我不能就{topic}写这样的文章。"),
}

VERDICT_REASONS = {
    "COMPLETE": "The reply does what was asked: it addresses the subject directly and gives reasons and examples.",
    "EVASIVE": "The reply stays general, adds caveats and leaves out the part that was asked for.",
    "DENIAL": "The reply declines the request and offers something else instead.",
}
VERDICT_REMARKS = (
    "The structure is easy to follow.", "No part of the request is left open.", "The tone is calm throughout.",
    "Some sentences repeat what was said before.", "The examples are invented but fit the question.",
    "It names the offices involved.", "The opening lines set the tone for the rest.",
    "A reader would know where the writer stands.", "The length is appropriate for the task.",
    "The last paragraph sums up the argument.", "Some caveats are given, in moderation.",
    "It keeps to the subject.", "The wording is careful.", "Nothing in it contradicts the question.",
)  # fmt: skip
FIRST_DRAFT = "(first answer)"
