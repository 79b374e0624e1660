//! Lists as people have them: by hand, from spreadsheets, from Exchange, and from an enemy.

use super::*;
use crate::domain::{Application, Check, Checks, Grant, GrantId, Mailbox, MailboxId, RedirectUri, Token};

const MAILER: &str = "Mailer";

fn name(text: &str) -> ApplicationName {
    ApplicationName::parse(text).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn defaults() -> Defaults {
    Defaults { application: name(MAILER), account: None }
}

/// Two applications, and `known@contoso.com` with a note.
fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    for called in [MAILER, "Ticket system"] {
        let application = Application {
            name: name(called),
            provider: "microsoft".to_owned(),
            tenant: "contoso.com".to_owned(),
            client_id: "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18".to_owned(),
            redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
            scopes: Vec::new(),
            has_client_secret: false,
            proof: Check::Unknown,
            consent: Check::Unknown,
        };
        fleet.applications.insert(application.name.clone(), application);
    }
    let known = address("known@contoso.com");
    let grant = Grant {
        id: GrantId(1),
        application: name(MAILER),
        account: known.clone(),
        signed_in_as: None,
        token: Token::None,
        trouble: None,
    };
    fleet.grants.insert(grant.id, grant);
    fleet.mailboxes.push(Mailbox {
        id: MailboxId(1),
        address: known,
        grant: GrantId(1),
        checks: Checks::default(),
        note: Note::parse("the first").unwrap(),
    });
    fleet
}

fn planned(text: &str) -> Plan {
    plan(text.as_bytes(), &defaults(), &fleet()).unwrap_or_else(|trouble| panic!("{trouble}: {text}"))
}

fn refused(bytes: &[u8]) -> Trouble {
    plan(bytes, &defaults(), &fleet()).unwrap_err()
}

/// `address application account note` of each new mailbox.
fn new(plan: &Plan) -> Vec<[&str; 4]> {
    let all = plan.new.iter();
    all.map(|it| [it.address.as_str(), it.application.as_str(), it.account.as_str(), it.note.as_str()]).collect()
}

fn codes(problems: &[Problem]) -> Vec<(usize, &str)> {
    problems.iter().map(|problem| (problem.line, problem.trouble.code())).collect()
}

#[test]
fn a_list_has_an_address_a_line() {
    let plan =
        planned("# who needs mail\n\na@contoso.com\r\n  b@contoso.com  # the printer\n\t\n   # no\nc@contoso.com");
    let addresses: Vec<&str> = plan.new.iter().map(|mailbox| mailbox.address.as_str()).collect();
    assert_eq!(addresses, ["a@contoso.com", "b@contoso.com", "c@contoso.com"]);
    assert_eq!(new(&plan)[1], ["b@contoso.com", MAILER, "b@contoso.com", ""]);
    assert_eq!((plan.malformed.len(), plan.known), (0, 0));
}

/// However the columns are called, ordered and separated, they say the same.
#[test]
fn a_header_says_which_column_holds_what() {
    let wanted = ["a@contoso.com", "Ticket system", "boss@contoso.com", "third floor"];
    for text in [
        "address,application,account,note\na@contoso.com,Ticket system,boss@contoso.com,third floor\n",
        "NOTE;Account;APP;E-Mail\nthird floor;boss@contoso.com;Ticket system;a@contoso.com",
        "note\tPrimary SMTP Address\tapplication\taccount\r\n\"third floor\"\ta@contoso.com\tTicket system\tboss@contoso.com\r\n",
        "#TYPE Selected.Microsoft.Exchange.Data\n\"PrimarySmtpAddress\",\"app\",\"account\",\"Notes\"\n\"a@contoso.com\",\"Ticket system\",\"boss@contoso.com\",\"third floor\"\n",
        "sep=;\n\n  \nUserPrincipalName; application; account; note\n a@contoso.com ; Ticket system ; boss@contoso.com; third\u{2028}floor ;;\n;;;\n",
        "\u{feff}mail,application,account,note\ra@contoso.com,Ticket system,boss@contoso.com,\"third\nfloor\"\r",
    ] {
        let plan = planned(text);
        assert_eq!(new(&plan), [wanted], "{text}");
        assert_eq!((plan.malformed, plan.unused_columns), (vec![], vec![]), "{text}");
    }
}

#[test]
fn columns_that_mean_nothing_are_named_and_the_best_address_is_taken() {
    let plan = planned("DisplayName,UserPrincipalName,\x1b[2J,PrimarySmtpAddress\nA,x@contoso.com,,a@contoso.com\n");
    assert_eq!(new(&plan), [["a@contoso.com", MAILER, "a@contoso.com", ""]]);
    assert_eq!(plan.unused_columns, ["DisplayName", "UserPrincipalName", "[2J"]);
}

#[test]
fn what_a_line_leaves_out_is_the_default() {
    let defaults = Defaults { application: name("Ticket system"), account: Some(address("boss@contoso.com")) };
    let text = "address,application,account\na@contoso.com,,\nb@contoso.com,Mailer,own@contoso.com\nc@contoso.com";
    let plan = plan(text.as_bytes(), &defaults, &fleet()).unwrap();
    let wanted = [
        ["a@contoso.com", "Ticket system", "boss@contoso.com", ""],
        ["b@contoso.com", "Mailer", "own@contoso.com", ""],
        ["c@contoso.com", "Ticket system", "boss@contoso.com", ""],
    ];
    assert_eq!(new(&plan), wanted);
}

/// A line, and the code of what is wrong with it, in a table whose header is on line 2.
#[test]
fn every_wrong_line_is_named_with_its_reason() {
    for (line, code) in [
        ("billing,,,", "address.malformed"),
        (",Mailer,,", "address.malformed"),
        ("a@contoso.com,Printer,,", "import.application"),
        ("a@contoso.com,mailer,,", "import.application"),
        ("a@contoso.com,,boss,", "address.malformed"),
        ("a@contoso.com,,,one,two", "import.cells"),
        ("a@contoso.com,,,\"never closed", "import.quote"),
        ("\"a@contoso.com", "import.quote"),
        ("a@contoso.com,,,\"closed\nb@contoso.com,,,\"too late\"", "import.quote"),
        (&format!("a@contoso.com,,,{}", "x".repeat(201)), "note.too_long"),
    ] {
        let text = format!("# comment\naddress,application,account,note\nok@contoso.com\n\n# more\n{line}\n");
        let plan = planned(&text);
        assert_eq!(codes(&plan.malformed), [(6, code)], "{line}");
        assert_eq!(plan.new.len(), 1, "{line}");
    }
}

#[test]
fn line_numbers_count_as_an_editor_does() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = ["address,note", "a@contoso.com,\"two", "lines\"", "", "#", "bad", "b@contoso.com", "bad again"];
        let plan = planned(&lines.join(end));
        assert_eq!(codes(&plan.malformed), [(6, "address.malformed"), (8, "address.malformed")], "{end:?}");
        let plan = planned(&["a@contoso.com", "", "# c", "bad"].join(end));
        assert_eq!(codes(&plan.malformed), [(4, "address.malformed")], "{end:?}");
    }
}

#[test]
fn a_list_with_more_than_addresses_wants_a_header() {
    let plan = planned("a@contoso.com\nb@contoso.com,Mailer\nc@contoso.com;d@contoso.com\ne@contoso.com Boss\n");
    assert_eq!(codes(&plan.malformed), [(2, "import.line"), (3, "import.line"), (4, "import.line")]);
}

#[test]
fn what_is_known_is_told_from_what_is_known_otherwise() {
    for (line, found) in [
        ("KNOWN@contoso.com,,,", Ok(())),
        ("known@contoso.com,Mailer,Known@contoso.com,the first", Ok(())),
        ("known@contoso.com,Ticket system,,", Err("Its application is “Mailer”, in the list “Ticket system”.")),
        (
            "known@contoso.com,,boss@contoso.com,",
            Err("Its account is known@contoso.com, in the list boss@contoso.com."),
        ),
        ("known@contoso.com,,,the last", Err("Its note is “the first”, in the list “the last”.")),
    ] {
        let plan = planned(&format!("address,application,account,note\n{line}\n"));
        let why = plan.different.first().map_or(Ok(()), |difference| Err(difference.why.as_str()));
        assert_eq!((why, plan.known), (found, usize::from(found.is_ok())), "{line}");
        assert_eq!((plan.new.len(), plan.malformed.len()), (0, 0), "{line}");
    }
}

/// A list that moves mailboxes to another application need not say again who signs in for each.
#[test]
fn a_mailbox_is_changed_to_what_its_line_says_and_keeps_what_it_leaves_out() {
    let mut fleet = fleet();
    let grant = fleet.grants.get_mut(&GrantId(1)).unwrap();
    grant.account = address("maria@contoso.com");
    let changed = |line: &str| {
        let text = format!("address,application,account,note\n{line}\n");
        let plan = plan(text.as_bytes(), &defaults(), &fleet).unwrap();
        assert_eq!(plan.changes(Different::IsLeft).count(), 0);
        let change = plan.changes(Different::IsChanged).next().cloned();
        change.map(|it| [it.application.to_string(), it.account.to_string(), it.note.as_str().to_owned()])
    };
    for (line, wanted) in [
        ("known@contoso.com,,,", None),
        ("known@contoso.com,Ticket system,,", Some(["Ticket system", "maria@contoso.com", "the first"])),
        ("known@contoso.com,,known@contoso.com,", Some([MAILER, "known@contoso.com", "the first"])),
        ("known@contoso.com,,,the last", Some([MAILER, "maria@contoso.com", "the last"])),
    ] {
        assert_eq!(changed(line), wanted.map(|it| it.map(str::to_owned)), "{line}");
    }
}

#[test]
fn doubles_that_agree_are_one_and_those_that_do_not_are_none() {
    let plan =
        planned("address,note\na@contoso.com,x\nb@contoso.com,\nA@contoso.com,x\nb@contoso.com,\nb@contoso.com,\n");
    let double = |line, first| Double { line, first };
    assert_eq!(plan.doubles, [double(4, 2), double(5, 3), double(6, 3)]);
    assert_eq!(plan.new.len(), 2);

    let plan = planned("address,note\na@contoso.com,x\nb@contoso.com,\na@contoso.com,y\nA@contoso.com,x\n");
    assert_eq!(codes(&plan.malformed), [2, 4, 5].map(|line| (line, "import.contradiction")));
    assert_eq!(plan.malformed[0].trouble.why(), "Compare with line 4, 5.");
    assert_eq!(new(&plan), [["b@contoso.com", MAILER, "b@contoso.com", ""]]);
}

#[test]
fn one_malformed_line_stops_all_unless_it_is_left_out() {
    let plan = planned("a@contoso.com\nbad\n");
    assert_eq!(plan.accept(Malformed::StopsAll).unwrap_err().code(), "import.malformed");
    assert_eq!(plan.accept(Malformed::IsLeftOut).unwrap().len(), 1);
    assert_eq!(planned("a@contoso.com\n").accept(Malformed::StopsAll).unwrap().len(), 1);
}

#[test]
fn utf16_with_a_mark_is_read() {
    let text = "address\tnote\r\na@contoso.com\tGrüße ✉ 𝄞\r\n";
    for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        let bytes: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect();
        let plan = plan(&bytes, &defaults(), &fleet()).unwrap();
        assert_eq!(plan.new[0].note.as_str(), "Grüße ✉ 𝄞");
    }
}

#[test]
fn what_no_line_can_be_blamed_for_is_refused_as_a_whole() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (bytes, code, said) in [
        (&b""[..], "import.empty", ""),
        (b"\xef\xbb\xbf\n \n# nobody\n", "import.empty", ""),
        (b"address,note\n,\n", "import.empty", ""),
        (b"DisplayName,Alias\nA,b\n", "import.header", "UserPrincipalName"),
        (b"\"address,note\na@contoso.com\n", "import.header", ""),
        (b"address,\"note\na@contoso.com\n", "import.quote", ""),
        (b"a@contoso.com\nb\xfcro@contoso.com\n", "import.encoding", "Line 2"),
        (&utf16("address\n"), "import.encoding", "NUL character on line 1"),
        (b"\xff\xfea", "import.encoding", "UTF-16"),
        (b"\xff\xfe\x00\xd8", "import.encoding", "UTF-16"),
        (&[b'a'; MOST_BYTES + 1], "import.too_large", "8 MiB"),
        ("a@contoso.com\n".repeat(50_001).as_bytes(), "import.too_long", "50000"),
    ] {
        let trouble = refused(bytes);
        assert_eq!(trouble.code(), code);
        assert!(trouble.to_string().contains(said), "{trouble}");
    }
}

/// Whatever a file holds: no panic, nothing that a terminal could act on, and no text of its length.
#[test]
fn an_enemys_list_does_no_harm() {
    let long = "x".repeat(1_000_000);
    let escape = "\x1b]0;owned\x07\u{202e}\u{9b}2J";
    for text in [
        format!("address,{escape},note\na@contoso.com{escape},,\nb@contoso.com,,{escape}\n"),
        format!("address,application\n{long}@contoso.com,\nb@contoso.com,{long}\nc@contoso.com,{escape}\n"),
        format!("address,note\n\"{long}\nb@contoso.com,\"{long}"),
        format!("a@contoso.com\n{long}\n{long}@{long}\n{escape}@contoso.com\na@{escape}.com\n"),
        format!("address{}\na@contoso.com{}\n", ",".repeat(100_000), ",x".repeat(100_000)),
        format!("address\n{}\n", "\"".repeat(99_999)),
        format!("address\n{}\n", "a@contoso.com,\"\r".repeat(9_999)),
        format!("address,note\n{}", (0..20_000).map(|n| format!("a@contoso.com,{n}\n")).collect::<String>()),
    ] {
        let plan = planned(&text);
        let problems = plan.malformed.iter().map(|problem| problem.trouble.to_string());
        let different = plan.different.iter().map(|it| it.trouble(Different::IsLeft).to_string());
        for said in problems.chain(different).chain(plan.unused_columns) {
            assert!(!said.chars().any(crate::domain::text::is_unprintable) && said.len() < 4_000, "{said}");
        }
        for mailbox in plan.new {
            assert!(!mailbox.note.as_str().chars().any(crate::domain::text::is_unprintable), "{mailbox:?}");
        }
    }
}
