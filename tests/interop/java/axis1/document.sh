#!/bin/sh
# Changes a served WSDL, from standard input to standard output, as users of Axis 1.4 change those of the original: it knows
# no SOAP 1.2, and gives the exception and the element of a fault the same class unless the message has a name of its own.
sed -E '/<wsdl:binding name="[^"]*(Soap12|Http)Binding"/,/<\/wsdl:binding>/d
  /<wsdl:port name="[^"]*(Soap12|Https)Endpoint"/,/<\/wsdl:port>/d
  s/(<wsdl:fault message="ns:[^"]*|<wsdl:message name="[^"]*Exception)"/\1Fault"/'
