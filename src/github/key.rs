//! The App's private key, in the forms in which people hand it over.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

/// Why a text is not the private key of an App. A sentence of its own never shows the text: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    #[error("it is the name of a file: set BUGSCRUB_PRIVATE_KEY_FILE to it")]
    FileName,
    #[error("it is a public key: the App needs the private key, which GitHub lets you download once, when you make it")]
    Public,
    #[error("it is protected by a passphrase: use the file as GitHub made it")]
    Protected,
    #[error("it is a key of the kind {0:?}, but GitHub Apps have RSA keys: download one from the App's settings")]
    OtherKind(String),
    #[error("its last line, -----END ...-----, is missing: the key was cut off")]
    CutOff,
    #[error(
        "it is not an RSA private key in PEM form, or the base64 of one: download a new key from the App's settings on \
         GitHub"
    )]
    NotAKey,
    #[error("the App's token cannot be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// The private key of an App.
#[derive(Clone)]
pub struct PrivateKey(EncodingKey);

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// Reads a key: PEM (PKCS#1 or PKCS#8), with its line ends whole, escaped (`\n`, `\r\n`) or lost; or the base64 of
    /// that, or of the DER inside.
    ///
    /// # Errors
    /// [`BadKey`] says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        match Block::find(text) {
            Some(block) => Self::of(&block?),
            None => Self::from_base64(text),
        }
    }

    fn of(block: &Block) -> Result<Self, BadKey> {
        match block.label.as_str() {
            "RSA PRIVATE KEY" | "PRIVATE KEY" if block.protected => Err(BadKey::Protected),
            "RSA PRIVATE KEY" | "PRIVATE KEY" => Self::usable(&block.pem()).ok_or(BadKey::NotAKey),
            "ENCRYPTED PRIVATE KEY" => Err(BadKey::Protected),
            label if label.ends_with("PUBLIC KEY") || label == "CERTIFICATE" => Err(BadKey::Public),
            label => Err(BadKey::OtherKind(label.chars().take(40).collect())),
        }
    }

    fn from_base64(text: &str) -> Result<Self, BadKey> {
        // A path has no line breaks, and a key is longer than a path.
        if text.trim_start().starts_with(['/', '.', '~']) || text.trim_end().ends_with(".pem") {
            return Err(BadKey::FileName);
        }
        let bytes = decoded(text).ok_or(BadKey::NotAKey)?;
        if let Some(block) = std::str::from_utf8(&bytes).ok().and_then(Block::find) {
            return Self::of(&block?);
        }
        let body = base64::prelude::BASE64_STANDARD.encode(&bytes);
        let labels = ["RSA PRIVATE KEY", "PRIVATE KEY"].into_iter();
        let blocks = labels.map(|label| Block { label: label.to_owned(), body: body.clone(), protected: false });
        let mut usable = blocks.filter_map(|block| Self::usable(&block.pem()));
        usable.next().ok_or(BadKey::NotAKey)
    }

    /// The key, if it can sign.
    fn usable(pem: &str) -> Option<Self> {
        let key = Self(EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?);
        key.sign(&serde_json::json!({})).is_ok().then_some(key)
    }

    /// A JSON web token of these claims (RS256, as GitHub requires).
    pub(super) fn sign(&self, claims: &impl serde::Serialize) -> Result<String, BadKey> {
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &self.0)?)
    }
}

/// A block of PEM.
struct Block {
    label: String,
    /// Base64, without white space.
    body: String,
    /// Whether a header says that it is encrypted.
    protected: bool,
}

impl Block {
    /// The first private key in the text; without one, the first block. `None` if the text is no PEM.
    fn find(text: &str) -> Option<Result<Self, BadKey>> {
        let text = text.replace("\\r", "\n").replace("\\n", "\n");
        let mut blocks: Vec<Result<Self, BadKey>> = text.split("-----BEGIN ").skip(1).map(Self::read).collect();
        let private = |block: &Result<Self, BadKey>| block.as_ref().is_ok_and(|b| b.label.ends_with("PRIVATE KEY"));
        let chosen = blocks.iter().position(private).unwrap_or(0);
        (!blocks.is_empty()).then(|| blocks.swap_remove(chosen))
    }

    fn read(text: &str) -> Result<Self, BadKey> {
        let (label, rest) = text.split_once("-----").ok_or(BadKey::CutOff)?;
        let (body, _) = rest.split_once("-----END ").ok_or(BadKey::CutOff)?;
        let protected = body.contains("ENCRYPTED");
        Ok(Self { label: label.to_owned(), body: body.split_whitespace().collect(), protected })
    }

    /// The block as RFC 7468 has it, whatever its line ends were.
    fn pem(&self) -> String {
        let Self { label, body, .. } = self;
        let letters: Vec<char> = body.chars().collect();
        let lines: String = letters.chunks(64).map(|line| line.iter().collect::<String>() + "\n").collect();
        format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
    }
}

/// The bytes of a base64 text of either alphabet, padded or not.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text: String = text.split_whitespace().collect();
    let bytes = [STANDARD, URL_SAFE].iter().find_map(|letters| GeneralPurpose::new(letters, config).decode(&text).ok());
    bytes.filter(|bytes| !bytes.is_empty())
}
