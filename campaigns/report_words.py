"""The words of a campaign's report, in English and Chinese."""

from collections.abc import Mapping
from types import MappingProxyType

_EN = {
    "title": "Campaign {name}", "at": "as of {at}", "state": "State", "mode": "Mode", "started": "Started",
    "funnel": "How far leads got", "by_hour": "By hour of the callee's day", "by_day": "By day",
    "by_line": "By line", "by_version": "By flow version", "dispositions": "What attempts came to",
    "grades": "Grades of interest", "answered_by": "Who answered", "legal": "What the law asks",
    "costs": "Costs", "total": "Totals",
    "list": "on the list", "called": "called", "rang": "rang", "answered": "answered", "person": "a person answered",
    "persons": "persons", "talked": "talked with us", "warm": "interested (A, B)",
    "attempts": "calls", "answer_rate": "answered", "person_rate": "persons", "warm_rate": "interested of persons",
    "minutes": "minutes", "cost": "cost", "cost_per_person": "a person", "cost_per_warm": "an interested one",
    "abandoned": "abandoned", "line": "line", "version": "version", "none": "none", "leads": "leads", "share": "share",
    "abandonment": "Abandoned calls of the last {days:g} days",
    "abandonment_is": "{abandoned} of {persons} that a person answered: {percent:g} % (at most {cap:g} %)",
    "outside": "Calls outside the hours", "after_opt_out": "Calls to somebody who had opted out",
    "opt_outs": "Opt-outs taken", "consent": "Called leads with consent on record",
    "consent_is": "{proven} of {called}{required}", "required": " (required)",
    "kept": "kept", "broken": "BROKEN", "counted": "counted", "under_way": "still under way",
}  # fmt: skip
_ZH = {
    "title": "外呼任务 {name}", "at": "截至 {at}", "state": "状态", "mode": "模式", "started": "开始时间",
    "funnel": "名单漏斗", "by_hour": "按被叫当地时段", "by_day": "按日期", "by_line": "按线路",
    "by_version": "按话术版本", "dispositions": "呼叫结果", "grades": "意向等级", "answered_by": "接听方",
    "legal": "合规指标", "costs": "费用", "total": "合计",
    "list": "名单", "called": "已呼叫", "rang": "振铃", "answered": "接通", "person": "真人接听", "persons": "真人",
    "talked": "有效对话", "warm": "有意向（A、B）",
    "attempts": "呼叫", "answer_rate": "接通率", "person_rate": "真人率", "warm_rate": "真人意向率",
    "minutes": "分钟", "cost": "费用", "cost_per_person": "每真人", "cost_per_warm": "每意向",
    "abandoned": "放弃", "line": "线路", "version": "版本", "none": "无", "leads": "名单数", "share": "占比",
    "abandonment": "近 {days:g} 天放弃呼叫",
    "abandonment_is": "真人接听 {persons} 通中放弃 {abandoned} 通：{percent:g}%（上限 {cap:g}%）",
    "outside": "非允许时段呼叫", "after_opt_out": "拒呼后仍呼叫", "opt_outs": "已登记拒呼",
    "consent": "有同意记录的已呼名单", "consent_is": "{proven} / {called}{required}", "required": "（必需）",
    "kept": "符合", "broken": "违规", "counted": "计数", "under_way": "进行中",
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": MappingProxyType(_EN), "zh": MappingProxyType(_ZH)})
"""By language, then by key; both have the same keys."""
_CODES_ZH = {
    "completed": "完成", "handed-over": "转人工", "promised": "预约再呼", "opted-out": "要求不再呼叫",
    "wrong-person": "非本人", "hung-up-early": "早挂", "abandoned": "放弃", "machine": "语音信箱",
    "message-left": "已留言", "screened": "来电筛选", "fax": "传真", "ivr": "语音菜单", "silent": "无声",
    "busy": "忙线", "no-answer": "无人接听", "declined": "拒接", "switched-off": "关机或不在服务区",
    "suspended": "停机", "no-such-number": "空号", "congestion": "线路拥塞", "failed": "失败", "stopped": "人工终止",
    "lost": "中断", "under-way": "进行中", "human": "真人", "screening": "来电筛选", "announcement": "网络提示音",
    "silence": "无声", "unknown": "未判断",
    "draft": "草稿", "scheduled": "已排期", "running": "进行中", "paused": "已暂停", "draining": "收尾中",
    "tripped": "已熔断", "stopped-campaign": "已停止", "finished": "已完成",
    "robot": "机器人", "progressive": "渐进式", "ratio": "比例式", "predictive": "预测式", "preview": "预览式",
}  # fmt: skip


def words_of(language: str) -> Mapping[str, str]:
    """Return the words of a language, English where it is another."""
    return WORDS.get(language, WORDS["en"])


def code_in(language: str, code: str) -> str:
    """Return a disposition, a state or who answered as people say it; its own name where there is no other."""
    return _CODES_ZH.get(code, code) if language == "zh" else code
