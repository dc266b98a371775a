//! Text as it travels: UTF-16LE without a terminator.

/// Replaces a text by that of a message. What is no UTF-16, such as a last odd byte, becomes U+FFFD.
pub fn text_of(message: &[u8], text: &mut String) {
    let pairs = message.chunks_exact(2);
    let odd = (!pairs.remainder().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
    let units = pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let chars = char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.clear();
    text.extend(chars.chain(odd));
}
