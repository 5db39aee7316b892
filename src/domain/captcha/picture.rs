//! A short text as a picture: letters of dots, each leaning and shifted its own way, the whole bent in two waves and
//! crossed by two lines. Knows letters and bytes, nothing of why.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;

const WIDTH: u32 = 200;
const HEIGHT: u32 = 50;
/// Pixels per dot of a letter.
const DOT: f32 = 4.0;
/// Dots from one letter to the next.
const ADVANCE: f32 = 8.5;
/// Dots of a letter, without what hangs below the line.
const ROWS: i32 = 9;
const COLUMNS: i32 = 5;

/// A letter, row by row, the leftmost dot in the highest of five bits.
fn glyph(letter: char) -> [u8; 9] {
    match letter {
        'a' => [0b00000, 0b00000, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111, 0b00000, 0b00000],
        'b' => [0b10000, 0b10000, 0b11110, 0b10001, 0b10001, 0b10001, 0b11110, 0b00000, 0b00000],
        'c' => [0b00000, 0b00000, 0b01111, 0b10000, 0b10000, 0b10000, 0b01111, 0b00000, 0b00000],
        'd' => [0b00001, 0b00001, 0b01111, 0b10001, 0b10001, 0b10001, 0b01111, 0b00000, 0b00000],
        'e' => [0b00000, 0b00000, 0b01110, 0b10001, 0b11111, 0b10000, 0b01111, 0b00000, 0b00000],
        'f' => [0b00110, 0b01000, 0b11100, 0b01000, 0b01000, 0b01000, 0b01000, 0b00000, 0b00000],
        'g' => [0b00000, 0b00000, 0b01111, 0b10001, 0b10001, 0b10001, 0b01111, 0b00001, 0b01110],
        'm' => [0b00000, 0b00000, 0b11010, 0b10101, 0b10101, 0b10101, 0b10101, 0b00000, 0b00000],
        'n' => [0b00000, 0b00000, 0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b00000, 0b00000],
        'p' => [0b00000, 0b00000, 0b11110, 0b10001, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000],
        'w' => [0b00000, 0b00000, 0b10001, 0b10101, 0b10101, 0b10101, 0b01010, 0b00000, 0b00000],
        'x' => [0b00000, 0b00000, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b00000, 0b00000],
        'y' => [0b00000, 0b00000, 0b10001, 0b10001, 0b10001, 0b10001, 0b01111, 0b00001, 0b01110],
        '2' => [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111, 0b00000, 0b00000],
        '3' => [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110, 0b00000, 0b00000],
        '4' => [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010, 0b00000, 0b00000],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110, 0b00000, 0b00000],
        '6' => [0b01110, 0b10000, 0b11110, 0b10001, 0b10001, 0b10001, 0b01110, 0b00000, 0b00000],
        '7' => [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000, 0b00000, 0b00000],
        '8' => [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110, 0b00000, 0b00000],
        _ => [0; 9],
    }
}

/// How a picture is bent: a number from 0 to 1 for every use.
struct Bends<'b>(&'b [u8; 32]);

impl Bends<'_> {
    fn at(&self, index: usize) -> f32 {
        f32::from(self.0.get(index % self.0.len()).copied().unwrap_or(0)) / 255.0
    }

    fn between(&self, index: usize, low: f32, high: f32) -> f32 {
        low + (high - low) * self.at(index)
    }
}

/// The picture of a text, as a PNG of 200 by 50 grey pixels; `bends` decide how it is bent.
pub fn png(text: &str, bends: &[u8; 32]) -> Vec<u8> {
    let bends = Bends(bends);
    let letters: Vec<[u8; 9]> = text.chars().map(glyph).collect();
    let mut pixels = Vec::with_capacity(((WIDTH + 1) * HEIGHT) as usize);
    for y in 0..HEIGHT {
        // Every row of a PNG begins with the name of its filter: none.
        pixels.push(0);
        for x in 0..WIDTH {
            pixels.push(shade(&letters, &bends, x as f32, y as f32));
        }
    }
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut picture, *b"IHDR", &header);
    chunk(&mut picture, *b"IDAT", &deflated(&pixels));
    chunk(&mut picture, *b"IEND", &[]);
    picture
}

/// The grey of a pixel: the share of nine points in it that are ink.
fn shade(letters: &[[u8; 9]], bends: &Bends<'_>, x: f32, y: f32) -> u8 {
    let offsets = [-0.33_f32, 0.0, 0.33];
    let inked = offsets
        .iter()
        .flat_map(|dx| offsets.iter().map(move |dy| (x + dx, y + dy)))
        .filter(|(x, y)| is_ink(letters, bends, *x, *y))
        .count();
    let share = u8::try_from(inked).unwrap_or(9).min(9);
    250 - share * 25
}

fn is_ink(letters: &[[u8; 9]], bends: &Bends<'_>, x: f32, y: f32) -> bool {
    for line in 0..2 {
        let middle = 25.0
            + bends.between(20 + line, 6.0, 14.0)
                * (x / bends.between(22 + line, 18.0, 40.0) + bends.between(24 + line, 0.0, 6.0)).sin();
        if (y - middle).abs() < 0.9 {
            return true;
        }
    }
    let bent_x = x + bends.between(16, 1.5, 3.5)
        * (y / bends.between(17, 6.0, 10.0) + bends.between(26, 0.0, 6.0)).sin();
    let bent_y = y + bends.between(18, 1.5, 3.0)
        * (x / bends.between(19, 14.0, 24.0) + bends.between(27, 0.0, 6.0)).sin();
    let across = (bent_x - 14.0) / DOT;
    if across < 0.0 {
        return false;
    }
    let index = (across / ADVANCE) as usize;
    let Some(letter) = letters.get(index) else { return false };
    let row = (bent_y - 7.0 - bends.between(index * 2, -3.0, 3.0)) / DOT;
    let lean = bends.between(index * 2 + 1, -0.25, 0.25) * (row - 3.0);
    let column = across - ADVANCE * index as f32 - 1.5 + lean;
    let (row, column) = (row.floor() as i32, column.floor() as i32);
    if !(0..ROWS).contains(&row) || !(0..COLUMNS).contains(&column) {
        return false;
    }
    let bits = usize::try_from(row).ok().and_then(|row| letter.get(row)).copied().unwrap_or(0);
    bits >> (COLUMNS - 1 - column) & 1 == 1
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn chunk(picture: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    picture.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    picture.extend(kind);
    picture.extend(data);
    picture.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    /// Chunks of a PNG, with their check sums verified.
    fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").expect("a PNG");
        let mut found = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let (body, after) = rest[4..].split_at(4 + length);
            let mut crc = Crc::new();
            crc.update(body);
            assert_eq!(after[..4], crc.sum().to_be_bytes());
            found.push((String::from_utf8(body[..4].to_vec()).unwrap(), body[4..].to_vec()));
            rest = &after[4..];
        }
        found
    }

    fn pixels(text: &str, bend: u8) -> Vec<u8> {
        let chunks = chunks(&png(text, &[bend; 32]));
        let names: Vec<&str> = chunks.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(chunks[1].1.as_slice()).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 201 * 50);
        bytes
    }

    #[test]
    fn a_picture_is_a_whole_png_with_ink_on_paper() {
        for bend in [0, 77, 128, 255] {
            let bytes = pixels("a2w8y", bend);
            let dark = bytes.iter().filter(|shade| **shade > 0 && **shade < 128).count();
            assert!((600..4000).contains(&dark), "{dark} dark pixels");
        }
    }

    #[test]
    fn different_letters_and_bends_make_different_pictures() {
        assert_ne!(pixels("aaaaa", 9), pixels("bbbbb", 9));
        assert_ne!(pixels("aaaaa", 9), pixels("aaaaa", 10));
    }

    #[test]
    fn every_letter_that_is_used_has_a_form_of_its_own() {
        let mut forms: Vec<[u8; 9]> = super::super::ALPHABET.chars().map(glyph).collect();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!(forms.len(), super::super::ALPHABET.len());
        assert!(!forms.contains(&[0; 9]));
    }
}
