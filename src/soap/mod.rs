//! The SOAP codec: envelopes, values, faults, WSDL. Pure: bytes and declarations in, bytes out.
