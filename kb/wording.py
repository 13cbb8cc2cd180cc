"""Every sentence the bot says of its own; the words stand in ``phrases.yaml``."""

from kb.model import Frozen


class PageGroup(Frozen):
    """A group of sample questions on the first screen."""

    title: str
    records: tuple[str, ...]


class Wording(Frozen):
    """Sentences by use. ``{name}`` in a sentence is filled in by the capability that says it."""

    button_walk: str
    button_next: str
    button_back: str
    button_restart: str
    button_quit: str
    button_solved: str
    button_helped: str
    button_unresolved: str
    button_none: str
    button_person: str
    button_contact: str
    button_all_contacts: str
    button_skip: str
    button_cancel: str
    button_still: str
    starters: tuple[str, ...]
    page_title: str
    page_greeting: str
    page_hint: str
    page_ways: str
    page_groups: tuple[PageGroup, ...]
    chat_greeting: str
    chat_thanks: str
    chat_bye: str
    chat_about: str
    chat_help: str
    chat_praise: str
    chat_complaint: str
    chat_presence: str
    chat_filler: str
    chat_wait: str
    chat_apology: str
    acknowledged: str
    glad: str
    left: str
    say_more: str
    picture: str
    file: str
    file_too_big: str
    picture_kept: str
    failed: str
    head_causes: str
    head_steps: str
    head_warnings: str
    head_notes: str
    step_of: str
    step_picture: str = "（这一步有配图）"
    """With words of its own: revisions that were published before there were pictures still load."""
    plain_ways: str
    group_ways: str
    told_above: str
    which_one: str
    this_one: str
    no_list: str
    out_of_range: str
    none_of_these: str
    neighbours: str
    no_walk: str
    steps_over: str
    unresolved_nothing: str
    unknown: str
    contact_found: str
    contact_named: str
    contact_all: str
    contact_overlap: str
    contact_no_line: str
    contact_elsewhere: str
    ask_site: str
    ask_project_type: str
    qq_groups: str
    group_joined: str
    chat_id: str
    not_yours: str
    staff_only: str
    group_muted: str
    group_back: str
    admins_only: str
    ticket_opened: str
    ask_project: str
    ask_person: str
    ask_phone: str
    phone_unclear: str
    ticket_complete: str
    ticket_call: str
    ticket_in_group: str
    ticket_in_private: str
    ticket_not_private: str
    ticket_from_group: str
    ticket_fetched: str
    ticket_is_open: str
    ticket_is_claimed: str
    ticket_is_solved: str
    ticket_reopened: str
    ticket_cancelled: str
    ticket_taken: str
    ticket_taken_in_group: str
    ticket_handed_over: str
    ticket_solved: str
    ticket_closed: str
    ticket_back: str
    ticket_confirmed: str
    no_ticket: str
