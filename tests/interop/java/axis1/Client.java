// Apache Axis 1.4 against a running server, with the stubs that client.sh generated from the WSDLs it serves. It calls what
// has no answer in a thread of its own and hides how that ends, so that whoever wants to know has to look.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

import java.nio.file.Files;
import java.nio.file.Path;
import java.rmi.Remote;
import java.util.Arrays;
import java.util.List;
import org.apache.axis.AxisFault;
import org.apache.axis.client.Stub;
import org.apache.axis.transport.http.HTTPConstants;
import org.wso2.carbon.core.services.authentication.AuthenticationAdminLocator;
import org.wso2.carbon.core.services.authentication.AuthenticationAdminPortType;
import org.wso2.carbon.email.mgt.I18NEmailMgtConfigServiceLocator;
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
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceLocator;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServicePortType;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceUserProfileException;
import org.wso2.carbon.identity.user.profile.mgt.xsd.UserFieldDTO;
import org.wso2.carbon.identity.user.profile.mgt.xsd.UserProfileDTO;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceLocator;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServicePortType;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServiceLocator;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServicePortType;
import org.wso2.carbon.um.ws.service.dao.xsd.PermissionDTO;
import org.wso2.carbon.user.mgt.common.xsd.ClaimValue;

public class Client {
    private static final String GIVEN_NAME = "http://wso2.org/claims/givenname";
    private static final String EMAIL = "http://wso2.org/claims/emailaddress";
    private static final String OPTION = "Recovery.AdminPasswordReset.OTP";

    private static String certificate;

    /** A signed-in user and the stubs that speak for him. */
    private abstract static class Caller {
        final UserProfileMgtServicePortType profiles =
            as(new UserProfileMgtServiceLocator().getUserProfileMgtServiceHttpsSoap11Endpoint());
        final RemoteUserStoreManagerServicePortType users =
            as(new RemoteUserStoreManagerServiceLocator().getRemoteUserStoreManagerServiceHttpsSoap11Endpoint());
        final IdentityProviderMgtServicePortType providers =
            as(new IdentityProviderMgtServiceLocator().getIdentityProviderMgtServiceHttpsSoap11Endpoint());
        final I18NEmailMgtConfigServicePortType mails =
            as(new I18NEmailMgtConfigServiceLocator().getI18nEmailMgtConfigServiceHttpsSoap11Endpoint());

        Caller() throws Exception {}

        abstract void sign(Stub stub);

        private <P extends Remote> P as(P port) {
            sign((Stub) port);
            return port;
        }
    }

    private static Caller basic(String user, String password) throws Exception {
        return new Caller() {
            @Override
            void sign(Stub stub) {
                stub.setUsername(user);
                stub.setPassword(password);
            }
        };
    }

    /** The session that a login left in its stub. */
    private static Caller cookie(String user, String password) throws Exception {
        AuthenticationAdminPortType authentication =
            new AuthenticationAdminLocator().getAuthenticationAdminHttpsSoap11Endpoint();
        Stub login = (Stub) authentication;
        login.setMaintainSession(true);
        check(authentication.login(user, password, "127.0.0.1"), "the login is accepted");
        Object session = login._getCall().getMessageContext().getProperty(HTTPConstants.HEADER_COOKIE);
        check(session != null, "the login began a session");
        return new Caller() {
            @Override
            void sign(Stub stub) {
                stub.setMaintainSession(true);
                stub._setProperty(HTTPConstants.HEADER_COOKIE, session);
            }
        };
    }

    private static Caller signIn(String way, String user, String password) throws Exception {
        return way.equals("cookie") ? cookie(user, password) : basic(user, password);
    }

    private static void profile(Caller admin, String way) throws Exception {
        String value = "Tömás <&> 湯 " + way;
        admin.profiles.setUserProfile("tom", named(value));
        until(() -> value.equals(givenName(admin)));
    }

    private static String givenName(Caller admin) throws Exception {
        UserProfileDTO read = admin.profiles.getUserProfile("tom", "default");
        return one(read.getFieldValues(), found -> GIVEN_NAME.equals(found.getClaimUri())).getFieldValue();
    }

    private static UserProfileDTO named(String value) {
        UserFieldDTO field = new UserFieldDTO();
        field.setClaimUri(GIVEN_NAME);
        field.setFieldValue(value);
        UserProfileDTO profile = new UserProfileDTO();
        profile.setFieldValues(new UserFieldDTO[] {field});
        profile.setProfileName("default");
        return profile;
    }

    private static void usersAndRoles(Caller admin, String way) throws Exception {
        String user = "zoe." + way;
        String role = "staff." + way;
        ClaimValue claim = new ClaimValue();
        claim.setClaimURI(EMAIL);
        claim.setValue("zoe@example.org");
        admin.users.addUser(user, "Zoe@1234", null, new ClaimValue[] {claim}, "default", false);
        until(() -> has(admin.users.listUsers("zoe*", 10), user));
        PermissionDTO permission = new PermissionDTO();
        permission.setAction("ui.execute");
        permission.setResourceId("/permission/admin/login");
        admin.users.addRole(role, new String[] {user}, new PermissionDTO[] {permission});
        until(() -> has(admin.users.getRoleListOfUser(user), role));
    }

    private static void identityProvider(Caller admin, String way) throws Exception {
        String name = way + "-partner";
        String role = "staff." + way;
        admin.providers.addIdP(partner(name, role));

        IdentityProvider read = admin.providers.getIdPByName(name);
        same(certificate, read.getCertificate());
        ClaimMapping mapping = one(read.getClaimConfig().getClaimMappings(), any -> true);
        same(EMAIL, mapping.getLocalClaim().getClaimUri());
        same("mail", mapping.getRemoteClaim().getClaimUri());
        RoleMapping mapped = one(read.getPermissionAndRoleConfig().getRoleMappings(), any -> true);
        same(role, mapped.getLocalRole().getLocalRoleName());
        same("staff", mapped.getRemoteRole());

        read.setIdentityProviderDescription("changed");
        admin.providers.updateIdP(name, read);
        read = admin.providers.getIdPByName(name);
        same("changed", read.getIdentityProviderDescription());
        same(certificate, read.getCertificate());

        admin.providers.deleteIdP(name);
        check(matching(admin.providers.getAllIdPs(), left -> name.equals(left.getIdentityProviderName())).isEmpty(),
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
        claims.setClaimMappings(new ClaimMapping[] {mapping});
        claims.setIdpClaims(new Claim[] {remote});
        claims.setUserClaimURI("mail");

        LocalRole here = new LocalRole();
        here.setLocalRoleName(role);
        here.setUserStoreId("PRIMARY");
        RoleMapping mapped = new RoleMapping();
        mapped.setLocalRole(here);
        mapped.setRemoteRole("staff");
        PermissionsAndRoleConfig roles = new PermissionsAndRoleConfig();
        roles.setIdpRoles(new String[] {"staff"});
        roles.setRoleMappings(new RoleMapping[] {mapped});

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
        admin.providers.updateResidentIdP(resident);
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
        until(() -> subject.equals(template(admin).getSubject()));
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
        } catch (UserProfileMgtServiceUserProfileException refusal) {
            same("You are not authorized to perform this action.", refusal.getFaultString());
            check(refusal.getUserProfileException() != null, "the fault has its bean");
        }
    }

    private static void wrongPassword(String way) throws Exception {
        if (way.equals("cookie")) {
            AuthenticationAdminPortType authentication =
                new AuthenticationAdminLocator().getAuthenticationAdminHttpsSoap11Endpoint();
            check(!authentication.login("admin", "wrong", "127.0.0.1"), "the login is refused");
            return;
        }
        try {
            basic("admin", "wrong").profiles.isReadOnlyUserStore();
        } catch (AxisFault refusal) {
            same("50977", refusal.getFaultCode().getLocalPart());
            check(refusal.getFaultString().contains("Invalid credentials provided"), refusal.getFaultString());
            return;
        }
        throw new AssertionError("no fault");
    }

    private interface Task {
        void run() throws Exception;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        for (int again = 0; !condition.holds(); again++) {
            check(again < 1000, "it comes true in time");
            Thread.sleep(10);
        }
    }

    private static boolean has(String[] list, String wanted) {
        return list != null && Arrays.asList(list).contains(wanted);
    }

    private interface Wanted<T> {
        boolean is(T found);
    }

    /** An empty list arrives as null. */
    private static <T> List<T> matching(T[] list, Wanted<T> wanted) {
        return list == null ? List.of() : Arrays.stream(list).filter(wanted::is).toList();
    }

    private static <T> T one(T[] list, Wanted<T> wanted) {
        List<T> found = matching(list, wanted);
        check(found.size() == 1, found.size() + " instead of one among " + Arrays.toString(list));
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
