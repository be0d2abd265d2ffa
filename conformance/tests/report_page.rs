//! The page of results in a browser: it opens, filters, shows what failed, and fits a phone.

use std::path::Path;
use std::process::Command;

use crate::support::Workspace;

/// A page as a browser has it after its script ran.
fn opened(page: &Path, fragment: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg("--virtual-time-budget=2000")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}#{fragment}", page.display()))
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(
        page.contains("</html>"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    page
}

/// Chromium, installed if this machine has none.
fn browser() -> &'static str {
    const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
    let found = || {
        let runs = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
        NAMES.iter().find(runs).copied()
    };
    found().unwrap_or_else(|| {
        let installed = Command::new("apt-get")
            .args(["install", "-y", "-qq", "chromium"])
            .output();
        found().unwrap_or_else(|| {
            panic!("there is no Chromium, and apt-get does not install it: {installed:?}")
        })
    })
}

/// How wide a page is in a frame as wide as a phone, and how much of it lies outside. A window of Chromium is
/// never as narrow.
fn overflow_on_a_phone(workspace: &Workspace, text: &str) -> String {
    const FRAME: &str = "<script>
        const frame = document.createElement('iframe');
        frame.style = 'width: 390px; height: 844px; border: 0';
        frame.srcdoc = TEXT;
        frame.onload = () => {
            const page = frame.contentDocument.documentElement;
            const over = page.scrollWidth - page.clientWidth;
            document.title = `${frame.contentWindow.innerWidth} wide, ${over} too wide`;
        };
        document.body.append(frame);
    </script>";
    let text = serde_json::to_string(text).unwrap().replace("</", "<\\/");
    let page = workspace.path("phone.html");
    std::fs::write(
        &page,
        format!("<body>{}</body>", FRAME.replace("TEXT", &text)),
    )
    .unwrap();
    let opened = opened(&page, "");
    let title = opened.split("<title>").nth(1).unwrap();
    title.split('<').next().unwrap().to_owned()
}

/// The cases that are shown, each with how it ended.
fn shown(page: &str) -> Vec<(String, String)> {
    let items = page.split("<li class=\"").skip(1);
    let cases = items.filter(|item| item.contains("data-group"));
    let shown = cases.filter(|item| !item.split('>').next().unwrap().contains("hidden"));
    let between = |item: &str, start: &str, end: &str| {
        let from = item.split(start).nth(1).unwrap();
        from.split(end).next().unwrap().to_owned()
    };
    shown
        .map(|item| {
            let case = between(item, "<span class=\"case\">", "<");
            (case, between(item, "data-result=\"", "\""))
        })
        .collect()
}

/// A run with failures, skips and a waiver whose reason is no HTML.
fn page_of_failures(workspace: &Workspace) -> std::path::PathBuf {
    std::fs::write(
        workspace.path("conform.toml"),
        "[[waive]]\ncase = 'transactions/rollback_leaves_nothing'\n\
         reason = '<script>document.title = 1</script> & \"more\"'\n",
    )
    .unwrap();
    let plugin = workspace.wrong_engine("GIVES_TEXT_THAT_IS_NOT_UTF8", "dml");
    let arguments = [
        "--config",
        "conform.toml",
        "--report",
        "report",
        "--seed",
        "7",
    ];
    let only = ["--only", "transactions", "--only", "retry"];
    let run = ["run", "--plugin", &plugin];
    let outcome = workspace.run(&[&run[..], &arguments[..], &only[..]].concat());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    workspace.path("report/report.html")
}

#[test]
fn it_shows_all_cases_or_those_that_are_chosen() {
    let workspace = Workspace::new();
    let page = page_of_failures(&workspace);
    let all = shown(&opened(&page, ""));
    assert_eq!(
        all.len(),
        workspace.results()["results"].as_array().unwrap().len()
    );

    let failed = shown(&opened(&page, "result=fail"));
    let in_all = all.iter().filter(|(_, outcome)| outcome == "fail");
    assert_eq!(failed, in_all.cloned().collect::<Vec<_>>());
    assert!(!failed.is_empty() && failed.len() < all.len(), "{failed:?}");

    let skipped = opened(&page, "result=skip&group=retry");
    let cases = shown(&skipped);
    assert!(cases.len() >= 3, "{cases:?}");
    for (case, outcome) in &cases {
        assert!(case.starts_with("retry/") && outcome == "skip", "{cases:?}");
    }
    let told = format!("<output>{} of {} cases</output>", cases.len(), all.len());
    assert!(skipped.contains(&told));
    assert!(shown(&opened(&page, "result=waived&group=retry")).is_empty());
}

#[test]
fn a_failure_shows_rule_statement_and_the_line_that_reproduces_it() {
    let workspace = Workspace::new();
    let page = opened(&page_of_failures(&workspace), "");
    for text in [
        "<pre class=\"sql\">SELECT n FROM notes</pre>",
        "not valid Arrow data",
        "Checks commit: ",
        "--only transactions/others_see_a_transaction_after_its_commit --seed 7</pre>",
        "&lt;script&gt;document.title = 1&lt;/script&gt; &amp; \"more\": ",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(
        page.contains("<title>Conformance of wrong</title>"),
        "{page}"
    );
}

#[test]
fn it_fits_a_phone_and_is_a_list_without_its_script() {
    let workspace = Workspace::new();
    let page = page_of_failures(&workspace);
    let text = std::fs::read_to_string(&page).unwrap();
    assert_eq!(
        overflow_on_a_phone(&workspace, &text),
        "390 wide, 0 too wide"
    );

    for elsewhere in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    let (before, rest) = text.split_once("<script>").unwrap();
    let (_, after) = rest.split_once("</script>").unwrap();
    std::fs::write(&page, format!("{before}{after}")).unwrap();
    let plain = opened(&page, "result=fail");
    assert_eq!(
        shown(&plain).len(),
        workspace.results()["results"].as_array().unwrap().len()
    );
    assert!(
        plain.contains("<form id=\"filters\" hidden=\"\">"),
        "{plain}"
    );
}
