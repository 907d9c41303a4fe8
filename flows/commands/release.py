"""``juesuan release``: record 批复 and a reviewer's decision by command, without Prefect."""

import argparse

from flows.settings import settings, use_database


def run(arguments: argparse.Namespace) -> int:
    """Approve or return the release; 0 when done, 1 when something stands against it, 2 for wrong usage."""
    use_database(arguments.database)
    from flows.summary import find_cycle, sources_of
    from models.database import session_of
    from models.errors import UsageError
    from models.schema_upgrade import upgrade_database
    from tasks.disclose.approval import APPROVED, RETURNED
    from tasks.disclose.dates import parse_date
    from tasks.disclose.release import carry_out, note_statutory, release_obstacles, waive_gaps

    url = settings().database_url
    upgrade_database(url)
    with session_of(url) as session:
        cycle = find_cycle(session, arguments.year, arguments.department)
        sources = sources_of(cycle)
    cycle_id = cycle.id or 0
    if arguments.document_number or arguments.approved_on:
        approved_on = parse_date(arguments.approved_on, settings().today)
        note_statutory(
            url, cycle_id, arguments.document_number, approved_on, arguments.by, sources["out"], sources["mark"]
        )
        print(f"已登记批复：{_registered(url, cycle_id)}。请核对文号和日期。")
    if arguments.waive:
        fresh = waive_gaps(
            url, cycle_id, arguments.waive, arguments.by, arguments.comment, sources["out"], sources["mark"]
        )
        print(f"已豁免缺项 {fresh} 处，审核人 {arguments.by}。")
    if not (arguments.approve or arguments.send_back):
        if arguments.document_number or arguments.approved_on or arguments.waive:
            return 0
        raise UsageError("请用 --approve 同意公开，或用 --return 退回。")
    if arguments.approve and (found := release_obstacles(url, cycle_id)):
        print("不能公开：\n" + "\n".join(f"  {line}" for line in found))
        return 1
    decision = APPROVED if arguments.approve else RETURNED
    changed = carry_out(url, cycle_id, decision, arguments.by, arguments.comment, sources["out"], sources["mark"])
    print(f"已记录：{decision}，审核人 {arguments.by}。更新文稿 {len(changed)} 份。")
    if arguments.approve:
        print(f"批复：{_registered(url, cycle_id)}。")
    return 0


def _registered(url: str, cycle_id: int) -> str:
    from models.database import session_of
    from reports.review_approval import statutory_text
    from tasks.disclose.approval_review import statutory_line
    from tasks.step import cycle_by_id

    with session_of(url) as session:
        return statutory_text(statutory_line(session, cycle_by_id(session, cycle_id)))
