#!/bin/sh
# Changes a served WSDL, from standard input to standard output, as users of wsimport change those of the original: it
# refuses operations that have faults but no answer, and would make packages below java, where no class may be.
sed -E 's#http://(net|io|util)\.java/xsd#http://\1.java.local/xsd#g' | awk '
  /<wsdl:operation /                { inside = 1; answer = 0; whole = kept = "" }
  !inside                           { print; next }
  /<wsdl:output/                    { answer = 1 }
  /<wsdl:fault/                     { fault = 1 }
                                    { whole = whole $0 "\n"; if (!fault) kept = kept $0 "\n" }
  /<wsdl:fault.*\/>|<\/wsdl:fault>/ { fault = 0 }
  /<\/wsdl:operation>/              { printf "%s", answer ? whole : kept; inside = 0 }'
