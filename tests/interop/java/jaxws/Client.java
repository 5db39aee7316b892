// JAX-WS against a running server, with the proxies that client.sh generated from the WSDLs it serves. What a framework
// needs beyond the standard is in its own Framework.java.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.soap.SOAPFaultException;
import org.wso2.carbon.core.services.authentication.AuthenticationAdmin;
import org.wso2.carbon.core.services.authentication.AuthenticationAdminPortType;
import org.wso2.carbon.email.mgt.I18NEmailMgtConfigService;
import org.wso2.carbon.email.mgt.I18NEmailMgtConfigServicePortType;
import org.wso2.carbon.email.mgt.model.xsd.EmailTemplate;
import org.wso2.carbon.identity.application.common.model.xsd.Claim;
import org.wso2.carbon.identity.application.common.model.xsd.ClaimConfig;
import org.wso2.carbon.identity.application.common.model.xsd.ClaimMapping;
import org.wso2.carbon.identity.application.common.model.xsd.IdentityProvider;
import org.wso2.carbon.identity.application.common.model.xsd.IdentityProviderProperty;
import org.wso2.carbon.identity.application.common.model.xsd.LocalRole;
import org.wso2.carbon.identity.application.common.model.xsd.PermissionsAndRoleConfig;
import org.wso2.carbon.identity.application.common.model.xsd.RoleMapping;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtService;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServicePortType;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceUserProfileException_Exception;
import org.wso2.carbon.identity.user.profile.mgt.xsd.UserFieldDTO;
import org.wso2.carbon.identity.user.profile.mgt.xsd.UserProfileDTO;
import org.wso2.carbon.idp.mgt.AddIdP;
import org.wso2.carbon.idp.mgt.DeleteIdP;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtService;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServicePortType;
import org.wso2.carbon.idp.mgt.UpdateIdP;
import org.wso2.carbon.idp.mgt.UpdateResidentIdP;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerService;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServicePortType;
import org.wso2.carbon.um.ws.service.dao.xsd.PermissionDTO;
import org.wso2.carbon.user.mgt.common.xsd.ClaimValue;

public class Client {
    private static final String GIVEN_NAME = "http://wso2.org/claims/givenname";
    private static final String EMAIL = "http://wso2.org/claims/emailaddress";
    private static final String OPTION = "Recovery.AdminPasswordReset.OTP";

    private static String certificate;

    /** A signed-in user and the proxies that speak for him. */
    private record Caller(
        UserProfileMgtServicePortType profiles,
        RemoteUserStoreManagerServicePortType users,
        IdentityProviderMgtServicePortType providers,
        I18NEmailMgtConfigServicePortType mails) {}

    /** Basic authentication with every request, in SOAP 1.1. */
    private static Caller basic(String user, String password) {
        Map<String, Object> credentials =
            Map.of(BindingProvider.USERNAME_PROPERTY, user, BindingProvider.PASSWORD_PROPERTY, password);
        return new Caller(
            as(new UserProfileMgtService().getUserProfileMgtServiceHttpsSoap11Endpoint(), credentials),
            as(new RemoteUserStoreManagerService().getRemoteUserStoreManagerServiceHttpsSoap11Endpoint(), credentials),
            as(new IdentityProviderMgtService().getIdentityProviderMgtServiceHttpsSoap11Endpoint(), credentials),
            as(new I18NEmailMgtConfigService().getI18NEmailMgtConfigServiceHttpsSoap11Endpoint(), credentials));
    }

    /** The session that a login began, in SOAP 1.2. */
    private static Caller cookie(String user, String password) throws Exception {
        AuthenticationAdminPortType authentication = new AuthenticationAdmin().getAuthenticationAdminHttpsSoap12Endpoint();
        check(authentication.login(user, password, "127.0.0.1"), "the login is accepted");
        Map<?, ?> headers = (Map<?, ?>) ((BindingProvider) authentication).getResponseContext()
            .get(MessageContext.HTTP_RESPONSE_HEADERS);
        String session = ((List<?>) headers.get("Set-Cookie")).get(0).toString().split(";")[0];
        // CXF adds headers of its own to this map.
        Map<String, List<String>> sent = new HashMap<>(Map.of("Cookie", List.of(session)));
        Map<String, Object> signed = Map.of(MessageContext.HTTP_REQUEST_HEADERS, sent);
        return new Caller(
            as(new UserProfileMgtService().getUserProfileMgtServiceHttpsSoap12Endpoint(), signed),
            as(new RemoteUserStoreManagerService().getRemoteUserStoreManagerServiceHttpsSoap12Endpoint(), signed),
            as(new IdentityProviderMgtService().getIdentityProviderMgtServiceHttpsSoap12Endpoint(), signed),
            as(new I18NEmailMgtConfigService().getI18NEmailMgtConfigServiceHttpsSoap12Endpoint(), signed));
    }

    private static <P> P as(P port, Map<String, Object> context) {
        ((BindingProvider) port).getRequestContext().putAll(context);
        Framework.prepare(port);
        return port;
    }

    private static Caller signIn(String way, String user, String password) throws Exception {
        return way.equals("cookie") ? cookie(user, password) : basic(user, password);
    }

    private static void profile(Caller admin, String way) throws Exception {
        String value = "Tömás <&> 湯 " + way;
        admin.profiles.setUserProfile("tom", named(value));
        UserProfileDTO read = admin.profiles.getUserProfile("tom", "default");
        UserFieldDTO field = one(read.getFieldValues(), found -> GIVEN_NAME.equals(found.getClaimUri()));
        same(value, field.getFieldValue());
    }

    private static UserProfileDTO named(String value) {
        UserFieldDTO field = new UserFieldDTO();
        field.setClaimUri(GIVEN_NAME);
        field.setFieldValue(value);
        UserProfileDTO profile = new UserProfileDTO();
        profile.getFieldValues().add(field);
        profile.setProfileName("default");
        return profile;
    }

    private static void usersAndRoles(Caller admin, String way) throws Exception {
        String user = "zoe." + way;
        String role = "staff." + way;
        ClaimValue claim = new ClaimValue();
        claim.setClaimURI(EMAIL);
        claim.setValue("zoe@example.org");
        admin.users.addUser(user, "Zoe@1234", List.of(), List.of(claim), "default", false);
        PermissionDTO permission = new PermissionDTO();
        permission.setAction("ui.execute");
        permission.setResourceId("/permission/admin/login");
        admin.users.addRole(role, List.of(user), List.of(permission));
        one(admin.users.getRoleListOfUser(user), role::equals);
        one(admin.users.listUsers("zoe*", 10), user::equals);
    }

    private static void identityProvider(Caller admin, String way) throws Exception {
        String name = way + "-partner";
        String role = "staff." + way;
        AddIdP add = new AddIdP();
        add.setIdentityProvider(partner(name, role));
        admin.providers.addIdP(add);

        IdentityProvider read = admin.providers.getIdPByName(name);
        same(certificate, read.getCertificate());
        ClaimMapping mapping = one(read.getClaimConfig().getClaimMappings(), any -> true);
        same(EMAIL, mapping.getLocalClaim().getClaimUri());
        same("mail", mapping.getRemoteClaim().getClaimUri());
        RoleMapping mapped = one(read.getPermissionAndRoleConfig().getRoleMappings(), any -> true);
        same(role, mapped.getLocalRole().getLocalRoleName());
        same("staff", mapped.getRemoteRole());

        read.setIdentityProviderDescription("changed");
        UpdateIdP update = new UpdateIdP();
        update.setOldIdPName(name);
        update.setIdentityProvider(read);
        admin.providers.updateIdP(update);
        read = admin.providers.getIdPByName(name);
        same("changed", read.getIdentityProviderDescription());
        same(certificate, read.getCertificate());

        DeleteIdP delete = new DeleteIdP();
        delete.setIdPName(name);
        admin.providers.deleteIdP(delete);
        check(admin.providers.getAllIdPs().stream().noneMatch(left -> name.equals(left.getIdentityProviderName())),
            "the identity provider is gone");
    }

    private static IdentityProvider partner(String name, String role) {
        Claim local = new Claim();
        local.setClaimUri(EMAIL);
        Claim remote = new Claim();
        remote.setClaimUri("mail");
        ClaimMapping mapping = new ClaimMapping();
        mapping.setLocalClaim(local);
        mapping.setRemoteClaim(remote);
        ClaimConfig claims = new ClaimConfig();
        claims.getClaimMappings().add(mapping);
        claims.getIdpClaims().add(remote);
        claims.setUserClaimURI("mail");

        LocalRole here = new LocalRole();
        here.setLocalRoleName(role);
        here.setUserStoreId("PRIMARY");
        RoleMapping mapped = new RoleMapping();
        mapped.setLocalRole(here);
        mapped.setRemoteRole("staff");
        PermissionsAndRoleConfig roles = new PermissionsAndRoleConfig();
        roles.getIdpRoles().add("staff");
        roles.getRoleMappings().add(mapped);

        IdentityProvider provider = new IdentityProvider();
        provider.setIdentityProviderName(name);
        provider.setCertificate(certificate);
        provider.setClaimConfig(claims);
        provider.setPermissionAndRoleConfig(roles);
        return provider;
    }

    private static void residentOptions(Caller admin, String way) throws Exception {
        IdentityProvider resident = admin.providers.getResidentIdP();
        String value = way.equals("basic") ? "true" : "false";
        option(resident).setValue(value);
        UpdateResidentIdP update = new UpdateResidentIdP();
        update.setIdentityProvider(resident);
        admin.providers.updateResidentIdP(update);
        same(value, option(admin.providers.getResidentIdP()).getValue());
    }

    private static IdentityProviderProperty option(IdentityProvider provider) {
        return one(provider.getIdpProperties(), property -> OPTION.equals(property.getName()));
    }

    private static void mailTemplate(Caller admin, String way) throws Exception {
        EmailTemplate changed = template(admin);
        String subject = "Your new password, " + way;
        changed.setSubject(subject);
        admin.mails.saveEmailTemplate(changed);
        same(subject, template(admin).getSubject());
    }

    private static EmailTemplate template(Caller admin) throws Exception {
        return one(admin.mails.getAllTemplatesForTenant(),
            found -> "passwordreset".equals(found.getTemplateType()) && "en_US".equals(found.getLocale()));
    }

    private static void typedFault(String way) throws Exception {
        Caller tom = signIn(way, "tom", "Tom@1234");
        try {
            tom.profiles.getUserProfile("admin", "default");
            throw new AssertionError("no fault");
        } catch (UserProfileMgtServiceUserProfileException_Exception refusal) {
            same("You are not authorized to perform this action.", refusal.getMessage());
            check(refusal.getFaultInfo().getUserProfileException() != null, "the fault has its bean");
        }
        // No answer is declared here; what a refused call is to its caller differs.
        try {
            tom.profiles.setUserProfile("admin", named("nobody"));
            throw new AssertionError("no fault");
        } catch (WebServiceException refusal) {
            check(Framework.tells("You are not authorized to perform this action.", refusal), refusal.toString());
        }
    }

    private static void wrongPassword(String way) throws Exception {
        if (way.equals("cookie")) {
            AuthenticationAdminPortType authentication = new AuthenticationAdmin().getAuthenticationAdminHttpsSoap12Endpoint();
            check(!authentication.login("admin", "wrong", "127.0.0.1"), "the login is refused");
            return;
        }
        try {
            basic("admin", "wrong").profiles.isReadOnlyUserStore();
        } catch (SOAPFaultException refusal) {
            same("50977", refusal.getFault().getFaultCodeAsQName().getLocalPart());
            check(refusal.getMessage().contains("Invalid credentials provided"), refusal.getMessage());
            return;
        }
        throw new AssertionError("no fault");
    }

    private interface Task {
        void run() throws Exception;
    }

    private static <T> T one(List<T> list, Predicate<T> wanted) {
        List<T> found = list.stream().filter(wanted).toList();
        check(found.size() == 1, found.size() + " instead of one among " + list);
        return found.get(0);
    }

    private static void same(Object expected, Object found) {
        check(expected.equals(found), "expected " + expected + ", found " + found);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    public static void main(String[] arguments) throws Exception {
        certificate = Files.readString(Path.of(arguments[1])).replaceAll("-----.*?-----|\\s", "");
        for (String way : List.of("basic", "cookie")) {
            Caller admin = signIn(way, "admin", "admin");
            does(way + ": profile", () -> profile(admin, way));
            does(way + ": users and roles", () -> usersAndRoles(admin, way));
            does(way + ": identity provider", () -> identityProvider(admin, way));
            does(way + ": resident options", () -> residentOptions(admin, way));
            does(way + ": mail template", () -> mailTemplate(admin, way));
            does(way + ": typed fault", () -> typedFault(way));
            does(way + ": wrong password", () -> wrongPassword(way));
        }
    }

    private static void does(String name, Task task) throws Exception {
        task.run();
        System.out.println(name);
    }
}
