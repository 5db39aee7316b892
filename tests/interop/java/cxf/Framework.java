import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.ws.WebServiceException;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.interceptor.Fault;
import org.apache.cxf.message.Message;
import org.apache.cxf.phase.AbstractPhaseInterceptor;
import org.apache.cxf.phase.Phase;
import org.apache.cxf.service.model.MessageInfo;
import org.apache.cxf.transport.http.HTTPException;
import org.apache.cxf.wsdl.interceptors.DocLiteralInInterceptor;

/** Apache CXF. */
final class Framework {
    static void prepare(Object port) {
        ClientProxy.getClient(port).getInInterceptors().add(new Nothing());
    }

    /** It reads no fault of a call without an answer, but tells that the call failed. */
    static boolean tells(String reason, WebServiceException refusal) {
        return refusal.getCause() instanceof HTTPException failure && failure.getResponseCode() == 500;
    }

    /**
     * Reads past the answer of an operation that returns nothing. As in the original, addIdP and its like declare an
     * answer without parts and send a nil one, which CXF takes for a mistake unless its user does this.
     */
    private static final class Nothing extends AbstractPhaseInterceptor<Message> {
        Nothing() {
            super(Phase.UNMARSHAL);
            addBefore(DocLiteralInInterceptor.class.getName());
        }

        @Override
        public void handleMessage(Message answer) {
            MessageInfo declared = answer.getExchange().getBindingOperationInfo().getOperationInfo().getOutput();
            if (declared == null || declared.getMessagePartsNumber() > 0) {
                return;
            }
            XMLStreamReader reader = answer.getContent(XMLStreamReader.class);
            try {
                while (!reader.isEndElement() || !reader.getLocalName().equals("Body")) {
                    reader.next();
                }
            } catch (XMLStreamException broken) {
                throw new Fault(broken);
            }
        }
    }
}
