//! XML signatures: of messages we send, and of those we are sent.
//!
//! A signature counts only for the very element it stands in: its one reference names that element by its `ID`, only
//! the two transforms SAML knows are allowed, and the key is the registered one, never one that the message brings.

use super::canonical::{self, Namespaces};
use super::key::{Algorithm, BadKey, PublicKey, Signer};
use super::xml::{Element, Node};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Namespace of XML signatures.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The one prefix that our messages use inside of values (`xsi:type="xs:string"`).
const VALUE_PREFIX: &str = "xs";

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// There is none where it has to be.
    #[error("the message is not signed")]
    Unsigned,
    /// It is made in a way that SAML does not allow, or refers to something else.
    #[error("the signature is not of the form that SAML prescribes: {0}")]
    Form(&'static str),
    /// An algorithm we do not accept.
    #[error("the signature uses an algorithm that is not accepted")]
    Algorithm,
    /// The message is not the one that was signed.
    #[error("the message was changed after it was signed")]
    Digest,
    /// Somebody else signed it.
    #[error("the signature was not made with the registered key")]
    Key,
}

/// The text of a message as it is sent.
#[must_use]
pub fn text_of(message: &Element) -> String {
    canonical::form(message, Namespaces::Exclusive(&[VALUE_PREFIX.to_owned()]), None)
}

fn ds(local: &str) -> Element {
    Element::new("ds", DS, local)
}

/// Signs an element that has an `ID`. The signature is put at `position` among its children: behind the issuer in
/// messages, first in metadata.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn sign(mut element: Element, signer: Signer<'_>, position: usize) -> Result<Element, BadKey> {
    let id = element.attribute("ID").unwrap_or_default().to_owned();
    let hash = signer.digest(text_of(&element).as_bytes());
    let listed = Element::new("ec", EXCLUSIVE, "InclusiveNamespaces").with("PrefixList", VALUE_PREFIX);
    let transforms = ds("Transforms")
        .child(ds("Transform").with("Algorithm", ENVELOPED))
        .child(ds("Transform").with("Algorithm", EXCLUSIVE).child(listed));
    let reference = ds("Reference")
        .with("URI", &format!("#{id}"))
        .child(transforms)
        .child(ds("DigestMethod").with("Algorithm", signer.digest_name()))
        .child(ds("DigestValue").text_of(&STANDARD.encode(hash)));
    let info = ds("SignedInfo")
        .child(ds("CanonicalizationMethod").with("Algorithm", EXCLUSIVE))
        .child(ds("SignatureMethod").with("Algorithm", signer.signature_name()))
        .child(reference);
    let value = signer.sign(canonical::form(&info, Namespaces::Exclusive(&[]), None).as_bytes())?;
    let certificate = ds("X509Data").child(ds("X509Certificate").text_of(signer.certificate()));
    let signature = ds("Signature")
        .child(info)
        .child(ds("SignatureValue").text_of(&STANDARD.encode(value)))
        .child(ds("KeyInfo").child(certificate));
    let position = position.min(element.children.len());
    element.children.insert(position, Node::Element(signature));
    Ok(element)
}

/// Whether an element carries a signature of its own.
#[must_use]
fn is_signed(element: &Element) -> bool {
    element.all(DS, "Signature").next().is_some()
}

/// Verifies the signature of an element that is the root of its message.
///
/// # Errors
/// [`Distrust`]
pub fn verify(element: &Element, key: &PublicKey) -> Result<(), Distrust> {
    if !is_signed(element) {
        return Err(Distrust::Unsigned);
    }
    let signature = element.one(DS, "Signature").ok_or(Distrust::Form("several signatures"))?;
    let one = |parent: &'_ Element, local: &'static str| -> Result<Element, Distrust> {
        parent.one(DS, local).cloned().ok_or(Distrust::Form(local))
    };
    let info = signature.one(DS, "SignedInfo").ok_or(Distrust::Form("SignedInfo"))?;
    let reference = info.one(DS, "Reference").ok_or(Distrust::Form("Reference"))?;
    let id = element.attribute("ID").filter(|id| !id.is_empty()).ok_or(Distrust::Form("ID"))?;
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(Distrust::Form("it refers to something else"));
    }
    let (prefixes, is_inclusive) = transforms(reference)?;
    let namespaces = if is_inclusive { Namespaces::Inclusive } else { Namespaces::Exclusive(&prefixes) };
    let algorithm = |element: &Element| element.attribute("Algorithm").unwrap_or_default().to_owned();
    let hashing =
        Algorithm::of_digest(&algorithm(&one(reference, "DigestMethod")?)).ok_or(Distrust::Algorithm)?;
    let signing = Algorithm::of(&algorithm(&one(info, "SignatureMethod")?)).ok_or(Distrust::Algorithm)?;
    let decoded = |element: &Element| {
        let text: String = element.text().chars().filter(|one| !one.is_whitespace()).collect();
        STANDARD.decode(text).map_err(|_| Distrust::Form("base64"))
    };
    let method = one(info, "CanonicalizationMethod")?;
    let (info_prefixes, is_inclusive) = canonicalisation(&method).ok_or(Distrust::Algorithm)?;
    let of_info = if is_inclusive { Namespaces::Inclusive } else { Namespaces::Exclusive(&info_prefixes) };
    // The key first: of a signature that is not the partner's, nothing is worth knowing.
    let signed = canonical::form(info, of_info, None);
    if !key.verifies(signing, signed.as_bytes(), &decoded(&one(signature, "SignatureValue")?)?) {
        return Err(Distrust::Key);
    }
    let covered = canonical::form(element, namespaces, Some(signature));
    if hashing.digest(covered.as_bytes()) != decoded(&one(reference, "DigestValue")?)? {
        return Err(Distrust::Digest);
    }
    Ok(())
}

/// The prefixes and the kind of the canonical form that a reference asks for.
fn transforms(reference: &Element) -> Result<(Vec<String>, bool), Distrust> {
    let list = reference.one(DS, "Transforms").ok_or(Distrust::Form("Transforms"))?;
    let (mut enveloped, mut canonical) = (0, None);
    for transform in list.elements() {
        if transform.is(DS, "Transform") && transform.attribute("Algorithm") == Some(ENVELOPED) {
            enveloped += 1;
        } else if transform.is(DS, "Transform") && canonical.is_none() {
            canonical = Some(canonicalisation(transform).ok_or(Distrust::Form("a transform"))?);
        } else {
            return Err(Distrust::Form("a transform"));
        }
    }
    if enveloped != 1 {
        return Err(Distrust::Form("it is not enveloped"));
    }
    // Without one, canonical XML of the inclusive kind is what a set of nodes becomes.
    Ok(canonical.unwrap_or((Vec::new(), true)))
}

fn canonicalisation(method: &Element) -> Option<(Vec<String>, bool)> {
    match method.attribute("Algorithm")? {
        EXCLUSIVE => {
            let listed = method.one(EXCLUSIVE, "InclusiveNamespaces");
            let list = listed.and_then(|list| list.attribute("PrefixList")).unwrap_or_default();
            Some((list.split_whitespace().map(str::to_owned).collect(), false))
        }
        INCLUSIVE => Some((Vec::new(), true)),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
