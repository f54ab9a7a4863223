//! Whose certificates are believed: the system's authorities, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name in their place, as
//! with every other tool; and besides them those in `NODE_EXTRA_CA_CERTS`, which people of the reference's have set already.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::credentials::Surroundings;
use crate::error::Error;

/// What encrypts connections to registries.
pub(crate) fn encryption(surroundings: &Surroundings<'_>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let named = |name: &str| surroundings.set(name).map(PathBuf::from);
    let (file, folder) = (named("SSL_CERT_FILE"), named("SSL_CERT_DIR"));
    if file.is_none() && folder.is_none() {
        // A damaged certificate among the system's must not take the others away.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        if let Some(file) = &file {
            add(file, &mut roots)?;
        }
        if let Some(folder) = &folder {
            let found = rustls_native_certs::load_certs_from_paths(None, Some(folder));
            roots.add_parsable_certificates(found.certs);
        }
    }
    if let Some(file) = named("NODE_EXTRA_CA_CERTS") {
        add(&file, &mut roots)?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| Error::Malformed {
        what: "the encryption of connections".to_owned(),
        detail: error.to_string(),
    })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A file that a person names has to be usable: without it no connection would be believed, and the reason would be hidden.
fn add(file: &Path, roots: &mut RootCertStore) -> Result<(), Error> {
    let unusable = |detail: String| Error::File { path: file.to_owned(), detail };
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(error.to_string()))?;
    if roots.add_parsable_certificates(found).0 == 0 {
        return Err(unusable("there is no certificate of an authority in it".to_owned()));
    }
    Ok(())
}

/// Whether a connection failed because of the certificate that the other side showed.
pub(crate) fn is_about_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // What an input or output error wraps is not what it names as its source.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && is_about_certificate(inner)
        {
            return true;
        }
        next = error.source();
    }
    false
}
