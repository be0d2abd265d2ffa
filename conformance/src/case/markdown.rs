//! The parts of a case's Markdown.

use anyhow::{Context, ensure};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// What a case's file consists of.
pub struct Parts {
    pub title: String,
    /// What stands between the heading and the block, as it is written.
    pub text: String,
    pub yaml: String,
}

/// Takes a file apart.
///
/// # Errors
/// When it has not one heading, a text and one `yaml` block.
pub fn parts(source: &str) -> anyhow::Result<Parts> {
    let mut heading = None;
    let mut block = None;
    let mut open = None;
    let mut blocks = 0;
    for (event, range) in Parser::new(source).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => heading = Some(range),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) if &*kind == "yaml" => {
                blocks += 1;
                open = Some((range, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, yaml)) = &mut open {
                    yaml.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => block = open.take().or(block),
            _ => {}
        }
    }
    let heading = heading.context("it has no heading; begin with '# what the engine does'")?;
    let (place, yaml) = block.context("it has no block ```yaml with what is done")?;
    ensure!(blocks == 1, "it has {blocks} yaml blocks; a case is one");
    let title = source[heading.clone()]
        .trim()
        .trim_start_matches('#')
        .trim();
    let text = source.get(heading.end..place.start).unwrap_or_default();
    ensure!(
        !text.trim().is_empty(),
        "it says nothing between its heading and its yaml block; say what the behaviour is"
    );
    Ok(Parts {
        title: title.to_owned(),
        text: text.trim().to_owned(),
        yaml,
    })
}
