//! TLS to a log host (RFC 5425): its certificate must be of a known authority, and its own by name.

use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVersion};
use std::io;
use std::net::TcpStream;
use std::path::Path;

/// Begins TLS. Without a file of authorities those of the system count.
///
/// # Errors
/// The handshake's, or that the certificate is not to be believed.
pub(super) fn connect(stream: TcpStream, host: &str, ca: Option<&Path>) -> io::Result<SslStream<TcpStream>> {
    let failed = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    if let Some(ca) = ca {
        // Only these, not the system's besides.
        builder.set_cert_store(openssl::x509::store::X509StoreBuilder::new()?.build());
        builder.set_ca_file(ca).map_err(|error| failed(format!("cannot read {}: {error}", ca.display())))?;
    }
    builder.build().connect(host, stream).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::target::Target;
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::pkey::{PKey, Private};
    use openssl::rsa::Rsa;
    use openssl::ssl::{SslAcceptor, SslMethod};
    use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
    use openssl::x509::{X509, X509Builder, X509NameBuilder};
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    /// A certificate that vouches for itself, for one host name.
    fn certificate(name: &str) -> (X509, PKey<Private>) {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", "test").unwrap();
        let subject = subject.build();
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
        builder.append_extension(BasicConstraints::new().ca().build().unwrap()).unwrap();
        let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(names).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        (builder.build(), key)
    }

    /// A log host for one connection: gives all it got, nothing if there was no handshake.
    fn server(certificate: &X509, key: &PKey<Private>) -> (u16, JoinHandle<Vec<u8>>) {
        let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls_server()).unwrap();
        acceptor.set_certificate(certificate).unwrap();
        acceptor.set_private_key(key).unwrap();
        let acceptor = acceptor.build();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = thread::spawn(move || {
            let mut got = Vec::new();
            if let Ok(mut stream) = acceptor.accept(listener.accept().unwrap().0) {
                // Ends with an error where the client did not believe us.
                drop(stream.read_to_end(&mut got));
            }
            got
        });
        (port, thread)
    }

    #[test]
    fn the_certificate_must_be_known_and_of_this_name() {
        let dir = tempfile::TempDir::new().unwrap();
        let (good, key) = certificate("localhost");
        let (wrong, wrong_key) = certificate("elsewhere.example");
        let file = dir.path().join("ca.pem");
        std::fs::write(&file, [good.to_pem().unwrap(), wrong.to_pem().unwrap()].concat()).unwrap();
        for (certificate, key, ca, believed) in [
            (&good, &key, Some(file.clone()), true),
            (&wrong, &wrong_key, Some(file.clone()), false),
            (&good, &key, None, false),
        ] {
            let (port, server) = server(certificate, key);
            let connection = Target::parse(&format!("tls:localhost:{port}"), ca).unwrap().connect();
            assert_eq!(connection.is_ok(), believed, "{connection:?}");
            if let Ok(mut connection) = connection {
                connection.send(b"one").unwrap();
                connection.send(b"another\n").unwrap();
                connection.close();
                assert_eq!(server.join().unwrap(), b"3 one8 another\n");
            } else {
                assert!(connection.unwrap_err().to_string().contains("certificate"));
                assert_eq!(server.join().unwrap(), b"");
            }
        }
        let missing = Target::parse("tls:localhost:1", Some("/nonexistent".into())).unwrap();
        assert!(missing.connect().is_err());
    }
}
