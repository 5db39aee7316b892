//! The tokens of a text, each a piece of it.
//!
//! Tags, references and plain text, which messages consist of, are read here, in one pass over their bytes; quick-xml,
//! which reads the rest, would look each of them over three times: for its end, as UTF-8, and for its parts.

use super::Malformed;
use super::characters::{BARE, is_blank};
use quick_xml::events::{BytesDecl, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// What is read next.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// The beginning of a tag, as far as its name; [`Tokens::in_tag`] reads on.
    Start(Name<'a>),
    /// An end tag.
    End(&'a str),
    /// What stands between markup, as it stands there.
    Text(&'a str),
    /// The content of a CDATA section.
    CData(&'a str),
    /// What stands between `&` and `;`.
    Reference(&'a str),
    /// The beginning of a document type declaration.
    Doctype,
    /// A comment, an instruction or the XML declaration, which say nothing here.
    Nothing,
}

/// What is read next inside of a tag.
#[derive(Debug)]
pub(super) enum InTag<'a> {
    /// A name and the raw text between the quotes.
    Attribute(Name<'a>, &'a str),
    /// `>`.
    End,
    /// `/>`.
    EmptyEnd,
}

/// A name in its two parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    /// All of it.
    pub(super) whole: &'a str,
    /// What stands before the first colon.
    pub(super) prefix: Option<&'a str>,
    /// What stands behind it.
    pub(super) local: &'a str,
}

impl<'a> Name<'a> {
    /// Divides a name.
    pub(super) fn of(whole: &'a str) -> Self {
        match whole.bytes().position(|byte| byte == b':') {
            Some(colon) => {
                Self { whole, prefix: whole.get(..colon), local: whole.get(colon + 1..).unwrap_or_default() }
            }
            None => Self { whole, prefix: None, local: whole },
        }
    }
}

/// A text, and how far it was read.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// A refusal of what was read last.
    pub(super) fn syntax(&self, why: impl std::fmt::Display) -> Malformed {
        Malformed::Syntax { at: u64::try_from(self.at).unwrap_or(u64::MAX), why: why.to_string() }
    }

    /// The next token; `None` at the end. Where an end tag comes, it most likely is that of the element `open`.
    pub(super) fn next(&mut self, open: Option<&'a str>) -> Result<Option<Token<'a>>, Malformed> {
        let Some(first) = self.byte() else { return Ok(None) };
        let token = match first {
            b'<' => match self.byte_at(self.at + 1) {
                Some(b'/') => self.end_tag(open)?,
                Some(b'!' | b'?') => self.declaration()?,
                _ => {
                    self.at += 1;
                    Token::Start(self.name().ok_or_else(|| self.syntax("an element without a name"))?)
                }
            },
            b'&' => self.reference()?,
            _ => Token::Text(self.take(memchr::memchr2(b'<', b'&', self.rest().as_bytes()))),
        };
        Ok(Some(token))
    }

    /// What follows the name of a tag or one of its attributes.
    pub(super) fn in_tag(&mut self) -> Result<InTag<'a>, Malformed> {
        let before = self.at;
        self.skip_blanks();
        match self.byte() {
            Some(b'>') => {
                self.at += 1;
                return Ok(InTag::End);
            }
            Some(b'/') if self.byte_at(self.at + 1) == Some(b'>') => {
                self.at += 2;
                return Ok(InTag::EmptyEnd);
            }
            Some(_) => {}
            None => return Err(self.syntax("a tag that does not end")),
        }
        let name = self.name().ok_or_else(|| self.syntax("a character that no name has"))?;
        if before + name.whole.len() == self.at {
            return Err(self.syntax("attributes that no blank divides"));
        }
        self.skip_blanks();
        if self.byte() != Some(b'=') {
            let why = match self.byte() {
                Some(b'>' | b'/') => "an attribute without a value",
                _ => "a character that no name has",
            };
            return Err(self.syntax(why));
        }
        self.at += 1;
        self.skip_blanks();
        let quote = self.byte().filter(|byte| matches!(byte, b'"' | b'\''));
        let quote = quote.ok_or_else(|| self.syntax("an attribute value without quotes"))?;
        self.at += 1;
        let end = memchr::memchr(quote, self.rest().as_bytes())
            .ok_or_else(|| self.syntax("an attribute value that does not end"))?;
        let value = self.take(Some(end));
        self.at += 1;
        Ok(InTag::Attribute(name, value))
    }

    fn end_tag(&mut self, open: Option<&'a str>) -> Result<Token<'a>, Malformed> {
        self.at += "</".len();
        if let Some(name) = open
            && self.rest().strip_prefix(name).is_some_and(|after| after.starts_with('>'))
        {
            self.at += name.len() + ">".len();
            return Ok(Token::End(name));
        }
        let name = self.name().map(|name| name.whole).unwrap_or_default();
        self.skip_blanks();
        if self.byte() != Some(b'>') {
            return Err(self.syntax("an end tag that is none"));
        }
        self.at += 1;
        Ok(Token::End(name))
    }

    fn reference(&mut self) -> Result<Token<'a>, Malformed> {
        self.at += 1;
        // No further than a tag: behind it, there may be another one's end.
        let end = memchr::memchr3(b';', b'<', b'&', self.rest().as_bytes());
        let name = self.take(end);
        if self.byte() != Some(b';') {
            return Err(self.syntax(BARE));
        }
        self.at += 1;
        Ok(Token::Reference(name))
    }

    /// Markup that is no tag.
    fn declaration(&mut self) -> Result<Token<'a>, Malformed> {
        let (before, rest) = self.text.split_at_checked(self.at).unwrap_or((self.text, ""));
        let mut reader = Reader::from_str(rest);
        reader.config_mut().check_comments = true;
        let event = reader.read_event();
        self.at += usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match event.map_err(|error| self.syntax(error))? {
            Event::Decl(declaration) => self.check_declaration(before, &declaration),
            Event::CData(content) => match content.into_inner() {
                Cow::Borrowed(content) => Ok(Token::CData(content)),
                Cow::Owned(_) => Err(self.syntax("a CDATA section that is not in the text")),
            },
            Event::DocType(_) => Ok(Token::Doctype),
            Event::Comment(_) | Event::PI(_) => Ok(Token::Nothing),
            _ => Err(self.syntax("markup that is none")),
        }
    }

    fn check_declaration(&self, before: &str, declaration: &BytesDecl<'_>) -> Result<Token<'a>, Malformed> {
        if !is_blank(before) {
            return Err(self.syntax("an XML declaration that does not begin the document"));
        }
        // Which characters there are is not asked: 1.1 allows a few more that nobody sends.
        if !declaration.version().is_ok_and(|version| matches!(&*version, "1.0" | "1.1")) {
            return Err(self.syntax("an XML declaration without a version that is known"));
        }
        Ok(Token::Nothing)
    }

    /// As many bytes as may belong to a name, if any do. How a name begins is for those to check who know its parts.
    fn name(&mut self) -> Option<Name<'a>> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !belongs_to_names(byte));
        let whole = rest.get(..length.unwrap_or(rest.len())).filter(|name| !name.is_empty())?;
        self.at += whole.len();
        Some(Name::of(whole))
    }

    fn skip_blanks(&mut self) {
        while self.byte().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// So many bytes of the rest, or all of it.
    fn take(&mut self, length: Option<usize>) -> &'a str {
        let rest = self.rest();
        let taken = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.byte_at(self.at)
    }

    fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }
}

/// Whether a byte may stand in a name. What is not ASCII is not looked at closely.
fn belongs_to_names(byte: u8) -> bool {
    /// Looked up, which is a fraction of the comparisons.
    const BELONGS: [bool; 256] = {
        let mut table = [false; 256];
        let (mut rest, mut byte) = (table.as_mut_slice(), 0_u8);
        while let Some((belongs, after)) = rest.split_first_mut() {
            *belongs =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || !byte.is_ascii();
            (rest, byte) = (after, byte.wrapping_add(1));
        }
        table
    };
    BELONGS.get(usize::from(byte)).copied().unwrap_or_default()
}
