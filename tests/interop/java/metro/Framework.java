import javax.xml.ws.WebServiceException;

/** The reference implementation of JAX-WS. */
final class Framework {
    static void prepare(Object port) {
        // It takes everything as it comes.
    }

    /** It reads the fault of a call without an answer. */
    static boolean tells(String reason, WebServiceException refusal) {
        return refusal.getMessage().contains(reason);
    }
}
