"""A certificate authority of the tests' own, and what it signs."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NOTHING: Final = {
    "digital_signature": False,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}
_USAGE: Final = x509.KeyUsage(**(_NOTHING | {"key_cert_sign": True}))
_SERVER_USAGE: Final = x509.KeyUsage(**(_NOTHING | {"digital_signature": True}))


class Authority:
    """Signs certificates, and gives the contexts to use and to trust them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _certificate("authority", self._key, None, None, is_authority=True)
        self._file = folder / "authority.pem"
        self._file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, address: str, *, expired: bool = False) -> ssl.SSLContext:
        """Return the context of a server with a certificate for the address or name."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate(address, key, self._certificate, self._key, days=-1 if expired else 1)
        file = self._folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def trusting(self) -> ssl.SSLContext:
        """Return the context of a client that trusts the authority and nobody else."""
        return ssl.create_default_context(cafile=str(self._file))


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    *,
    is_authority: bool = False,
    days: int = 1,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_USAGE if is_authority else _SERVER_USAGE, critical=True)
    )
    if issuer_key is not None:
        # Python 3.13 requires all that RFC 5280 does.
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([_named(name)]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())
