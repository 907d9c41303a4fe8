"""``juesuan extract``: everything recognised in one file."""

import argparse

from flows.terminal import json_text
from models.profiles import load_profile
from tasks.collect.extract import extract_json
from tasks.collect.reading import read_submission


def run(arguments: argparse.Namespace) -> int:
    """Print cells, narrative facts, projects and indicators."""
    profile = load_profile(arguments.profile)
    answer = extract_json(read_submission(arguments.file, profile), profile)
    if arguments.json:
        print(json_text(answer))
        return 0
    print(
        f"《{answer['file']}》 {answer['kind']}　{answer['unit_name']}　{answer['year']} 年度　金额单位：{answer['amount_unit']}"
    )
    for form, unit in answer.get("amount_units", {}).items():
        print(f"    {form}的金额单位：{unit}")
    print(f"\n单元格 {len(answer['cells'])} 个：")
    for cell in answer["cells"]:
        print(f"    {cell['form']}　{cell['subject_code']} {cell['row']}　{cell['column']}　{cell['value']}")
    print(f"\n叙述中的数字 {len(answer['facts'])} 个：")
    for fact in answer["facts"]:
        print(f"    {fact['name']}　{fact['value']}{fact['unit']}（{fact['location']}）")
    print(f"\n项目 {len(answer['projects'])} 个：")
    for project in answer["projects"]:
        print(
            f"    {project['name']}　预算 {project['budget']}　执行 {project['executed']}　得分 {project['score']}（{project['grade']}）"
        )
    return 0
