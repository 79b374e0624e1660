//! Filters, and what they ask for.

use super::*;

fn is(test: Test) -> Term {
    Term { sense: Sense::Is, test }
}

fn is_not(test: Test) -> Term {
    Term { sense: Sense::IsNot, test }
}

fn text(part: Part, likeness: Likeness, text: &str) -> Test {
    Test::Text(part, likeness, text.to_owned())
}

#[test]
fn every_kind_of_term_is_understood() {
    use Likeness::{Begins, Fuzzy, Holds, Is};
    use Part::{Account, Address, Application, Note, Trouble};
    for (filter, terms) in [
        ("", vec![]),
        ("  \t ", vec![]),
        ("Bill", vec![is(text(Address, Fuzzy, "Bill"))]),
        ("\"o'brien@\"", vec![is(text(Address, Holds, "o'brien@"))]),
        ("-test", vec![is_not(text(Address, Holds, "test"))]),
        ("state:stuck", vec![is(Test::State(Standing::Stuck))]),
        ("STATE:T", vec![is(Test::State(Standing::Todo))]),
        ("!state:valid", vec![is_not(Test::State(Standing::Valid))]),
        ("step:4", vec![is(Test::Step(Step::SmtpAuth))]),
        ("token:revoked", vec![is(Test::Token(TokenState::Revoked))]),
        ("app:mail", vec![is(text(Application, Begins, "mail"))]),
        ("app:\"Ticket system\"", vec![is(text(Application, Is, "Ticket system"))]),
        ("app:\"Ticket sys", vec![is(text(Application, Begins, "Ticket sys"))]),
        ("account:maria", vec![is(text(Account, Begins, "maria"))]),
        ("note:floor", vec![is(text(Note, Holds, "floor"))]),
        ("note:\"third floor\"", vec![is(text(Note, Holds, "third floor"))]),
        ("trouble:smtp.", vec![is(text(Trouble, Begins, "smtp."))]),
        ("due:<14d", vec![is(Test::DueWithin(14))]),
        ("due:14", vec![is(Test::DueWithin(14))]),
        ("due:>30D", vec![is(Test::DueBeyond(30))]),
        (
            "  hr  -app:old state:d ",
            vec![
                is(text(Address, Fuzzy, "hr")),
                is_not(text(Application, Begins, "old")),
                is(Test::State(Standing::Due)),
            ],
        ),
    ] {
        assert_eq!(Query::parse(filter), Query { terms, complaint: None }, "{filter}");
    }
}

#[test]
fn what_is_not_finished_asks_for_nothing_and_is_no_mistake() {
    for filter in ["-", "!", "\"", "\"\"", "state:", "-state:", "app:\"", "due:", "due:<", "note:", "-note:"] {
        assert_eq!(Query::parse(filter), Query::default(), "{filter}");
    }
}

#[test]
fn what_is_not_understood_is_said_with_what_there_is() {
    let there_are = "There are state: step: app: account: token: due: note: trouble:.";
    for key in ["foo", "", "word"] {
        let said = format!("There is no “{key}:” to ask for. {there_are}");
        assert_eq!(Query::parse(&format!(" {key}:x")).complaint.as_deref(), Some(said.as_str()), "{key}");
    }
    for (filter, said) in [
        ("state:stuk", "state: takes stuck, due, todo, valid, not “stuk”."),
        ("step:5", "step: takes 1, 2, 3, 4, not “5”."),
        ("token:dead", "token: takes none, valid, due, expired, revoked, unknown, not “dead”."),
        ("due:soon", "due: takes due:<14d, not “soon”."),
        ("due:<99999d", "due: takes due:<14d, not “<99999d”."),
        ("due:<-1", "due: takes due:<14d, not “<-1”."),
    ] {
        let query = Query::parse(&format!("{filter} state:due"));
        assert_eq!(query.complaint.as_deref(), Some(said), "{filter}");
        assert_eq!(query.terms, [is(Test::State(Standing::Due))], "{filter}");
    }
}

/// Whatever the table promises can be asked for, and only words rank.
#[test]
fn the_table_is_true_to_itself() {
    for kind in KINDS {
        let query = Query::parse(kind.form);
        assert_eq!((query.terms.len(), &query.complaint), (1, &None), "{}", kind.form);
        assert_eq!(query.ranks(), kind.key.is_empty(), "{}", kind.form);
        for value in kind.values {
            assert_eq!(Query::parse(&format!("{}:{value}", kind.key)).terms.len(), 1, "{}:{value}", kind.key);
            assert!(kind.shows.contains(value) || kind.key == "step", "{value} is not in “{}”", kind.shows);
        }
        assert!(markdown().contains(kind.form));
    }
}

#[test]
fn a_state_is_switched_on_and_off_beside_what_else_is_asked_for() {
    for (filter, standing, wanted) in [
        ("", Standing::Stuck, "state:stuck"),
        ("state:stuck", Standing::Stuck, ""),
        ("state:s", Standing::Stuck, ""),
        ("state:due", Standing::Stuck, "state:stuck"),
        ("-state:valid", Standing::Stuck, "state:stuck"),
        ("app:\"Ticket system\"  State:due hr", Standing::Todo, "app:\"Ticket system\" hr state:todo"),
        ("app:x state:valid", Standing::Valid, "app:x"),
    ] {
        assert_eq!(toggled(filter, standing), wanted, "{filter}");
    }
}

#[test]
fn hints_say_what_can_follow_and_tab_takes_the_first() {
    let applications = ["Mailer", "Ticket system"];
    for (filter, hinted, completes) in [
        ("st", "state:  step:", Some("state:")),
        ("hr -tok", "token:", Some("hr -token:")),
        ("state:", "state:stuck  state:due  state:todo  state:valid", Some("state:stuck ")),
        ("state:v", "state:valid", Some("state:valid ")),
        ("hr app:t", "app:\"Ticket system\"", Some("hr app:\"Ticket system\" ")),
        ("due:<", "due:<14d  Its token dies", None),
        ("billing", "state: step: app:", None),
        ("", "state: step: app:", None),
        ("state:due ", "state: step: app:", None),
        ("foo:b", "state: step: app:", None),
    ] {
        assert!(hint(filter, &applications).starts_with(hinted), "{filter}: {}", hint(filter, &applications));
        assert_eq!(completed(filter, &applications).as_deref(), completes, "{filter}");
    }
}

/// However odd a filter is, it is read without a panic, and what is said of it is printable.
#[test]
fn no_filter_breaks_anything() {
    for filter in
        ["\"", ":", "::", "-:", "!-x", "a:\"b\"c\"", "\u{1b}[2J:\u{1b}", "due:>", "ß:ß", "İ", "-\"-", "state:\"due"]
    {
        let query = Query::parse(filter);
        let _ = (hint(filter, &[]), completed(filter, &[]), toggled(filter, Standing::Due));
        assert!(query.terms.len() <= 1, "{filter}");
    }
}

#[test]
fn days_take_the_place_of_others_and_go_when_they_are_asked_for_twice() {
    for (filter, days, wanted) in [
        ("", 0..7, "due:<7d"),
        ("due:<7d", 0..7, ""),
        ("app:x due:<7d hr", 7..14, "app:x hr due:>7d due:<14d"),
        ("due:>7d due:<14d", 7..14, ""),
        ("-due:>80d state:due", 0..7, "state:due due:<7d"),
    ] {
        assert_eq!(with_due(filter, days), wanted, "{filter}");
    }
}
