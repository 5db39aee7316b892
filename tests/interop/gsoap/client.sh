#!/bin/sh
# Generates gSOAP's stubs from the WSDLs of a running server, compiles client.c with them and runs it.
# Arguments: base address, file with the server's certificate.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
made=$here/../../../target/interop/gsoap
mkdir -p "$made"
cd "$made"

documents=
for service in AuthenticationAdmin UserProfileMgtService RemoteUserStoreManagerService IdentityProviderMgtService \
  I18nEmailMgtConfigService; do
  documents="$documents $1/services/$service?wsdl"
done
# -x: no place for what the schema does not know.
wsdl2h -c -x -t "$here/typemap.dat" -o services.h $documents >wsdl2h.log 2>&1 || { cat wsdl2h.log >&2; exit 1; }
soapcpp2 -c -C -L -w -x services.h >soapcpp2.log 2>&1 || { cat soapcpp2.log >&2; exit 1; }
# The library was built with these; the layout of its structures depends on them.
cc -O0 -w -D_GNU_SOURCE -DWITH_IPV6 -DWITH_OPENSSL -DWITH_GZIP -DWITH_DOM -I. -o client \
  "$here/client.c" soapC.c soapClient.c -lgsoapssl -lssl -lcrypto -lz
exec ./client "$2"
