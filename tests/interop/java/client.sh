#!/bin/sh
# Generates Java stubs from the WSDLs of a running server, compiles the client of a framework with them and runs it.
# Arguments: the framework (axis1, axis2, cxf or metro), base address, file with the server's certificate. What the
# framework needs is in target/interop/<framework>/lib; see its pom.xml.
set -eu
framework=$1 base=$2 certificate=$3
here=$(cd "$(dirname "$0")" && pwd)
made=$here/../../../target/interop/$framework
cd "$made"
rm -rf trust src classes
mkdir src

keytool -importcert -noprompt -alias server -file "$certificate" -keystore trust -storepass soapstone 2>/dev/null
# Programs that run for seconds: the thorough compiler of the JVM costs more than it gives.
export JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djavax.net.ssl.trustStore=$made/trust \
-Djavax.net.ssl.trustStorePassword=soapstone"

case $framework in
  axis*) client=$here/$framework/Client.java ;;
  *) client="$here/jaxws/Client.java $here/$framework/Framework.java" ;;
esac
changed() { # changed SERVICE: its document, changed as the generator needs it
  curl --fail --silent --show-error --cacert "$certificate" "$base/services/$1?wsdl" | sh "$here/$framework/document.sh" >"$1.wsdl"
}
packages() { # packages OPTION: packages for namespaces that would get one below java, where no class may be
  for name in net io util; do echo "${1}http://$name.java/xsd=$name.java.xsd"; done
}
generate() { # generate SERVICE, into src
  document=$base/services/$1?wsdl
  case $framework in
    axis1) changed "$1" && java -cp 'lib/*' org.apache.axis.wsdl.WSDL2Java -o src $(packages -N) "$1.wsdl" ;;
    axis2) java -cp 'lib/*' org.apache.axis2.wsdl.WSDL2Java -uri "$document" -o . -uw -s --noBuildXML --noWSDL ;;
    cxf) java -cp 'lib/*' org.apache.cxf.tools.wsdlto.WSDLToJava -d src -b "$here/jaxws/binding.xml" $(packages "-p ") "$document" ;;
    metro) changed "$1" &&
      java -cp 'lib/*' com.sun.tools.ws.WsImport -extension -Xnocompile -s src -b "$here/jaxws/binding.xml" "$1.wsdl" ;;
  esac >generate.log 2>&1 || { cat generate.log >&2; exit 1; }
}
for service in AuthenticationAdmin UserProfileMgtService RemoteUserStoreManagerService IdentityProviderMgtService \
  I18nEmailMgtConfigService; do
  generate "$service"
done
find src -name '*.java' >sources
# Unquoted: one or two files.
javac -nowarn -encoding UTF-8 -cp 'lib/*' -d classes @sources $client >javac.log 2>&1 || { cat javac.log >&2; exit 1; }
exec java -cp 'lib/*:classes' Client "$base" "$certificate"
