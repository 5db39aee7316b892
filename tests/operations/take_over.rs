//! Users of an existing deployment with the passwords they have, from its tables and its directory.

use crate::support::caller::Caller;
use crate::support::installation::Installation;

const MAIL: &str = "http://wso2.org/claims/emailaddress";
const LOCKED: &str = "http://wso2.org/claims/identity/accountLocked";

/// A salted and an unsalted hash of `admin`, which IS 5.3.0 with `PasswordDigest` SHA-256 makes.
const SALTED: &str = "wcpYc6Iqx3k8rRp61TEEd91QnuRdxJpz77YEWyTjGrE=,c2FsdHNhbHRzYWx0c2FsdA==";
const UNSALTED: &str = "jGl25bVBBBW96Qi9Te4V37Fnqchz/Eu4qB9vKrRIqRg=,";

/// A deployment: tom and ann, whose passwords are `admin`, the administrator, and somebody of another tenant.
fn tables() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        (
            "UM_USER.csv",
            format!(
                "UM_ID,UM_USER_NAME,UM_USER_PASSWORD,UM_SALT_VALUE,UM_REQUIRE_CHANGE,UM_CHANGED_TIME,UM_TENANT_ID\n\
                 1,admin,{SALTED},FALSE,2017-01-16 08:30:00.0,-1234\n2,tom,{SALTED},FALSE,2017-01-16 08:30:00.0,-1234\n\
                 3,Ann,{UNSALTED},0,\\N,-1234\n4,late,{UNSALTED},TRUE,2017-01-16 08:30:00.0,-1234\n5,other,{UNSALTED},0,,7\n"
            ),
        ),
        (
            "UM_USER_ATTRIBUTE.csv",
            text(
                "UM_ID,UM_ATTR_NAME,UM_ATTR_VALUE,UM_PROFILE_ID,UM_USER_ID,UM_TENANT_ID\n\
                 1,mail,tom@example.org,default,2,-1234\n2,sn,\"Jones, jr.\",default,2,-1234\n\
                 3,mail,work@example.org,work,2,-1234\n4,mail,ghost@example.org,default,99,-1234\n\
                 5,mail,boss@example.org,default,1,-1234\n6,oneTimePassword,A1B2C3,default,2,-1234\n",
            ),
        ),
        (
            "UM_ROLE.csv",
            text(
                "UM_ID,UM_ROLE_NAME,UM_TENANT_ID,UM_SHARED_ROLE\n1,admin,-1234,0\n2,clerks,-1234,0\n3,foreign,7,0\n",
            ),
        ),
        (
            "UM_USER_ROLE.csv",
            text(
                "UM_ID,UM_ROLE_ID,UM_USER_ID,UM_TENANT_ID\n1,1,1,-1234\n2,2,2,-1234\n3,2,3,-1234\n4,2,99,-1234\n\
                 5,1,3,-1234\n",
            ),
        ),
        (
            "UM_DOMAIN.csv",
            text(
                "UM_DOMAIN_ID,UM_DOMAIN_NAME,UM_TENANT_ID\n1,PRIMARY,-1234\n2,SYSTEM,-1234\n3,INTERNAL,-1234\n\
                 4,SALES,-1234\n",
            ),
        ),
        (
            "UM_HYBRID_ROLE.csv",
            text(
                "UM_ID,UM_ROLE_NAME,UM_TENANT_ID\n1,everyone,-1234\n2,auditors,-1234\n3,Application/shop,-1234\n",
            ),
        ),
        (
            "UM_HYBRID_USER_ROLE.csv",
            text(
                "UM_ID,UM_USER_NAME,UM_ROLE_ID,UM_TENANT_ID,UM_DOMAIN_ID\n1,tom,2,-1234,1\n2,ann,3,-1234,1\n\
                 3,ann,2,-1234,4\n",
            ),
        ),
        (
            "UM_PERMISSION.csv",
            text(
                "UM_ID,UM_RESOURCE_ID,UM_ACTION,UM_TENANT_ID,UM_MODULE_ID\n\
                 1,/permission/admin/manage/identity,ui.execute,-1234,0\n2,/permission/admin/login,ui.execute,-1234,0\n\
                 3,/_system/config,http://www.wso2.org/projects/registry/actions/get,-1234,0\n",
            ),
        ),
        (
            "UM_ROLE_PERMISSION.csv",
            text(
                "UM_ID,UM_PERMISSION_ID,UM_ROLE_NAME,UM_IS_ALLOWED,UM_TENANT_ID,UM_DOMAIN_ID\n1,1,auditors,1,-1234,3\n\
                 2,2,clerks,1,-1234,1\n3,3,clerks,1,-1234,1\n4,2,everyone,1,-1234,3\n5,1,nowhere,1,-1234,\n6,2,clerks,1,-1234,4\n",
            ),
        ),
        (
            "IDN_IDENTITY_USER_DATA.csv",
            format!(
                "TENANT_ID,USER_NAME,DATA_KEY,DATA_VALUE\n-1234,Ann,{LOCKED},true\n-1234,SALES/tom,{LOCKED},true\n\
                 -1234,admin,{LOCKED},true\n-1234,ghost,{LOCKED},true\n"
            ),
        ),
        ("UM_SYSTEM_USER.csv", text("UM_ID\n1\n")),
    ]
}

fn prepared() -> Installation {
    let installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "admin");
    installation
}

/// Writes files into a folder and says where it is.
fn folder(installation: &Installation, files: &[(&str, String)]) -> String {
    let folder = installation.folder().join("tables");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder.display().to_string()
}

fn roles_of(installation: &Installation, user: &str) -> Vec<String> {
    let mut roles: Vec<String> =
        installation.must(&["role", "list", "--user", user], "").lines().map(str::to_owned).collect();
    roles.sort();
    roles
}

fn knows(installation: &Installation, user: &str, password: &str) -> bool {
    Caller::basic(installation.client(), user, password).is_known()
}

#[test]
fn users_keep_their_passwords_claims_roles_and_permissions() {
    let mut installation = prepared();
    let folder = folder(&installation, &tables());
    let said = installation.must(&["user", "take-over", &folder], "");
    for line in [
        "took over 3 users with 2 attributes and 1 identity claims, 3 roles with 2 permissions, and 5 memberships",
        "left as they are: 1 users and 2 roles that were here already",
        "passed over: 1 attributes of other profiles than the default one",
        "passed over: 1 attributes of users who are not there",
        "passed over: 1 memberships of users of other user stores",
        "passed over: 1 memberships of users who are not there",
        "passed over: 1 memberships of users who were here already",
        "passed over: 1 identity claims of users of other user stores",
        "passed over: 1 identity claims of users who are not there",
        "passed over: 1 identity claims of users who were here already",
        "passed over: 1 permissions for other actions than ui.execute",
        "passed over: 1 permissions of roles that were here already",
        "passed over: 1 permissions of roles that are in no domain",
        "passed over: 1 permissions of roles of other user stores",
        "passed over: 1 one-time passwords of resets that were under way",
        "1 of the users are locked and get in all the same, because Account Locking is off: `soapstone idp import` takes the \
         policy over, `soapstone governance set account.lock.handler.enable true` switches it on",
        "UM_SYSTEM_USER.csv is not read",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    assert!(admin.is_known(), "whoever was here has his password");
    assert_eq!(admin.claim("admin", MAIL), None);
    // The first login replaces the hash; the second is by the new one.
    for _ in 0..2 {
        assert!(knows(&installation, "tom", "admin") && knows(&installation, "ann", "admin"));
        assert!(!knows(&installation, "tom", "Admin") && !knows(&installation, "tom", ""));
        assert!(installation.stop());
        installation.run();
    }
    assert!(!knows(&installation, "other", "admin"), "is of another tenant");
    let admin = Caller::basic(installation.client(), "admin", "admin");
    assert_eq!(admin.claim("tom", MAIL).as_deref(), Some("tom@example.org"));
    assert_eq!(admin.claim("tom", "http://wso2.org/claims/lastname").as_deref(), Some("Jones, jr."));
    assert_eq!(admin.claim("ann", LOCKED).as_deref(), Some("true"));
    assert_eq!(admin.claim("tom", LOCKED), None);
    assert_eq!(admin.claim("tom", "http://wso2.org/claims/oneTimePassword"), None);
    assert_eq!(roles_of(&installation, "tom"), ["Internal/auditors", "Internal/everyone", "clerks"]);
    assert_eq!(roles_of(&installation, "ann"), ["Application/shop", "Internal/everyone", "admin", "clerks"]);
    let lists = |user: &str| {
        let caller = Caller::basic(installation.client(), user, "admin");
        let payload =
            "<ser:listUsers><ser:filter>*</ser:filter><ser:maxItemLimit>9</ser:maxItemLimit></ser:listUsers>";
        caller.call("RemoteUserStoreManagerService", "listUsers", payload).status == 200
    };
    assert!(lists("tom"), "by the permission of the auditors");
    assert!(!lists("late"), "has no role");
}

#[test]
fn a_second_time_nothing_changes() {
    let installation = prepared();
    let folder = folder(&installation, &tables());
    installation.must(&["user", "take-over", &folder], "");
    installation.must(&["claim", "set", "tom", "emailaddress", "new@example.org"], "");
    let said = installation.must(&["user", "take-over", &folder], "");
    assert!(said.contains("took over 0 users with 0 attributes and 0 identity claims, 0 roles"), "{said}");
    assert!(said.contains("left as they are: 4 users and 5 roles"), "{said}");
    let claims = installation.must(&["claim", "get", "tom", "emailaddress"], "");
    assert!(claims.contains("new@example.org"), "{claims}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let installation = prepared();
    let folder = folder(&installation, &tables());
    let broken = installation.folder().join("tables/UM_ROLE.csv");
    std::fs::remove_file(&broken).unwrap();
    // A file like any other, but nobody reads its first byte.
    std::os::unix::fs::symlink("/proc/self/mem", &broken).unwrap();
    let output = installation.command_line(&["user", "take-over", &folder], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("UM_ROLE.csv: "), "{said}");
}

#[test]
fn what_makes_no_sense_is_named_with_its_line_and_takes_over_nobody() {
    let installation = prepared();
    let head = "UM_ID,UM_USER_NAME,UM_USER_PASSWORD,UM_SALT_VALUE,UM_TENANT_ID\n";
    let good = format!("1,tom,{UNSALTED},-1234\n");
    let fails = |files: &[(&str, String)], flags: &[&str], text: &str| {
        let _ = std::fs::remove_dir_all(installation.folder().join("tables"));
        let folder = folder(&installation, files);
        let output = installation.command_line(&[&["user", "take-over", &folder][..], flags].concat(), "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(text), "{text}: {said}");
        assert_eq!(installation.must(&["user", "list"], ""), "admin\n", "{text}");
    };
    let users = |rows: &str| vec![("UM_USER.csv", [head, &good, rows].concat())];
    let md5 = "2,ann,ISMvKXpXpadDiUoOSoAfww==,,-1234\n";
    fails(
        &users(md5),
        &[],
        "UM_USER.csv, line 3: the password is not what SHA-256 makes of one; --digest is",
    );
    fails(&users("2,ann,,,-1234\n"), &[], "UM_USER.csv, line 3: UM_USER_PASSWORD is empty");
    fails(&users(&format!("2,TOM,{UNSALTED},-1234\n")), &[], "UM_USER.csv, line 3: TOM is there twice");
    fails(
        &users(&format!("\n2,\"ann \",{UNSALTED},-1234\n")),
        &[],
        "line 4: \"ann \" begins or ends with a blank",
    );
    fails(&users(&format!("2,SALES/ann,{UNSALTED},-1234\n")), &[], "has a slash in it");
    fails(&users("2,ann\n"), &[], "UM_USER.csv, line 3: 2 fields for 5 columns");
    fails(&users(""), &["--digest", "SHA-3"], "passwords hashed with SHA-3 cannot be taken over");
    fails(&users(""), &["--tenant-id", "9"], "there is no user of tenant 9");
    fails(&users(""), &["--store", "SALES"], "`soapstone store add SALES` makes it");
    fails(&[("UM_USER.csv", "UM_ID\n1\n".into())], &[], "line 1: there is no column UM_USER_NAME");
    // As of Samba 4.17.
    let active = "dn: CN=Users,CN=Builtin,DC=ad\nobjectClass: group\nsAMAccountName: Users\n\n\
                  dn: CN=Ad User1,CN=Users,DC=ad\nobjectClass: user\ncn: Ad User1\nsAMAccountName: aduser1\n";
    fails(
        &[("ad.ldif", active.into())],
        &[],
        "line 5: cn=ad user1,cn=users,dc=ad: Active Directory shows nobody",
    );
    let none = "there is neither UM_USER.csv nor a file that ends in .ldif; dump.sql is not read: export every table";
    fails(&[("dump.sql", String::new())], &[], none);
    let alone: Vec<_> = tables().into_iter().filter(|(name, _)| !name.starts_with("UM_DOMAIN")).collect();
    fails(&alone, &[], "says nothing without UM_DOMAIN.csv");
}

/// The pattern of new names allows no blanks, umlauts and hyphens; the original asks it when somebody is added only.
#[test]
fn names_and_values_stay_as_they_are_whatever_new_ones_have_to_look_like() {
    let mut installation = prepared();
    let rows = |text: &str| text.to_owned();
    let files = [
        (
            "UM_USER.csv",
            format!(
                "UM_ID,UM_USER_NAME,UM_USER_PASSWORD,UM_SALT_VALUE,UM_TENANT_ID\n1,tom,{SALTED},-1234\n\
                 2,Jürgen Groß,{SALTED},-1234\n3,\"o'brien, \"\"jr.\"\"\",{SALTED},-1234\n"
            ),
        ),
        (
            "UM_USER_ATTRIBUTE.csv",
            rows(
                "UM_ATTR_NAME,UM_ATTR_VALUE,UM_PROFILE_ID,UM_USER_ID,UM_TENANT_ID\n\
                 organizationName,\"Foo, Inc.\",default,1,-1234\nsn,\"NULL\",default,1,-1234\n\
                 organizationName,NULL,default,2,-1234\n",
            ),
        ),
        (
            "UM_ROLE.csv",
            rows("UM_ID,UM_ROLE_NAME,UM_TENANT_ID\n1,dev-ops,-1234\n2,\"R, and D\",-1234\n3,é,-1234\n"),
        ),
        (
            "UM_USER_ROLE.csv",
            rows("UM_ROLE_ID,UM_USER_ID,UM_TENANT_ID\n1,1,-1234\n2,1,-1234\n2,2,-1234\n3,3,-1234\n"),
        ),
    ];
    let folder = folder(&installation, &files);
    let output = installation.command_line(&["user", "take-over", &folder], "");
    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("took over 3 users with 2 attributes"), "{said}{log}");
    assert!(log.contains(" 3/3 users") && log.contains("Action : Take Over Users"), "{log}");
    assert!(!log.contains("jr.") && !log.contains("dev-ops"), "one line is enough for all of them: {log}");
    assert_eq!(roles_of(&installation, "tom"), ["Internal/everyone", "R, and D", "dev-ops"]);
    assert_eq!(roles_of(&installation, "Jürgen Groß"), ["Internal/everyone", "R, and D"]);
    assert_eq!(roles_of(&installation, "o'brien, \"jr.\""), ["Internal/everyone", "é"]);
    installation.run();
    assert!(
        knows(&installation, "Jürgen Groß", "admin") && knows(&installation, "o'brien, \"jr.\"", "admin")
    );
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let organization = |user| admin.claim(user, "http://wso2.org/claims/organization");
    assert_eq!(organization("tom").as_deref(), Some("Foo, Inc."));
    assert_eq!(admin.claim("tom", "http://wso2.org/claims/lastname").as_deref(), Some("NULL"));
    assert_eq!(organization("Jürgen Groß"), None);
}

/// `slapcat` of OpenLDAP 2.5: it writes the names of entries in its own way, and members as they were written.
#[test]
fn a_member_is_known_however_the_letters_of_his_name_are_escaped() {
    let installation = prepared();
    let ldif = "dn: uid=a\\2Cb\\2Bc\\3Dd\\22e,ou=Users,dc=org\nuid: a,b+c=d\"e\nuserPassword:: YWRtaW4=\n\n\
                dn:: dWlkPcO8LG91PVVzZXJzLGRjPW9yZw==\nuid:: w7w=\nuserPassword:: YWRtaW4=\n\n\
                dn: cn=R\\2C and D,ou=Groups,dc=org\ncn: R, and D\nobjectClass: groupOfNames\n\
                member: uid=a\\,b\\+c=d\\\"e, ou=users,dc=org\nmember: uid=\\C3\\BC,ou=Users,dc=org\n\n";
    let folder = folder(&installation, &[("export.ldif", ldif.to_owned())]);
    let said = installation.must(&["user", "take-over", &folder], "");
    assert!(!said.contains("passed over"), "{said}");
    assert_eq!(roles_of(&installation, "a,b+c=d\"e"), ["Internal/everyone", "R, and D"]);
    assert_eq!(roles_of(&installation, "ü"), ["Internal/everyone", "R, and D"]);
}

#[test]
fn another_digest_a_user_store_and_a_tenant_can_be_meant() {
    let mut installation = prepared();
    installation.must(&["store", "add", "SALES"], "");
    installation.must(&["tenant", "add", "acme.example", "--password-stdin"], "Acme@1234");
    let head =
        "UM_ID,UM_USER_NAME,UM_USER_PASSWORD,UM_SALT_VALUE,UM_REQUIRE_CHANGE,UM_CHANGED_TIME,UM_TENANT_ID\n";
    let rows = "1,tom,ISMvKXpXpadDiUoOSoAfww==,,0,2017-01-16 08:30:00,-1234\n2,bob,admin,,0,,7\n\
                3,late,ISMvKXpXpadDiUoOSoAfww==,,TRUE,2017-01-16 08:30:00,-1234\n";
    let folder = folder(&installation, &[("um_user.CSV", [head, rows].concat())]);
    installation.must(&["user", "take-over", &folder, "--digest", "MD5", "--store", "sales"], "");
    let of_acme = ["--tenant", "acme.example", "--tenant-id", "7", "--digest", "PLAIN_TEXT"];
    installation.must(&[&["user", "take-over", &folder][..], &of_acme].concat(), "");
    installation.run();
    assert!(knows(&installation, "SALES/tom", "admin"));
    assert!(!knows(&installation, "SALES/late", "admin"), "had a day to change it, long ago");
    assert!(knows(&installation, "bob@acme.example", "admin"));
    assert!(!knows(&installation, "bob", "admin"));
}

#[test]
fn a_directory_is_read_with_its_groups() {
    let mut installation = prepared();
    let user = |name: &str, unit: &str, password: &str| {
        format!(
            "dn: uid={name},ou=Users,{unit}dc=WSO2,dc=ORG\nobjectClass: wso2Person\nuid: {name}\ncn: {name}\nsn: {name}\n\
             MAIL: {name}@exam\n ple.org\n{password}\n\n"
        )
    };
    let whole = [
        "version: 1\n\n# the tree\ndn: dc=wso2,dc=org\nobjectClass: domain\n\n",
        &user("tom", "", "userPassword:: YWRtaW4="),
        &user("ann", "", "userPassword: {SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc="),
        "dn: cn=clerks,ou=Groups,dc=wso2,dc=org\ncn: clerks\nmember: UID=tom, OU=Users,dc=wso2,dc=org\n\
         member: uid=ghost,ou=Users,dc=wso2,dc=org\n\n",
    ]
    .concat();
    let foreign = [whole.as_str(), &user("bob", "ou=acme.example,", "userPassword:: YWRtaW4=")].concat();
    let folder = folder(&installation, &[("export.ldif", foreign)]);
    let output = installation.command_line(&["user", "take-over", &folder], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("say with --base which are meant"), "{said}");
    let bases = ["--base", "ou=Users,dc=wso2,dc=org", "--base", "ou=groups, dc=wso2,dc=org"];
    let said = installation.must(&[&["user", "take-over", &folder][..], &bases].concat(), "");
    assert!(said.contains("took over 2 users with 8 attributes"), "{said}");
    assert!(
        said.contains("passed over: 1 users and groups of a directory that are not below --base"),
        "{said}"
    );
    assert!(said.contains("passed over: 1 memberships of users who are not there"), "{said}");
    installation.run();
    for _ in 0..2 {
        assert!(knows(&installation, "tom", "admin") && knows(&installation, "ann", "admin"));
        assert!(!knows(&installation, "bob", "admin"));
    }
    let admin = Caller::basic(installation.client(), "admin", "admin");
    assert_eq!(admin.claim("tom", MAIL).as_deref(), Some("tom@example.org"));
    assert_eq!(roles_of(&installation, "tom"), ["Internal/everyone", "clerks"]);
    assert_eq!(roles_of(&installation, "ann"), ["Internal/everyone"]);
}

/// What `ldapsearch` prints of the directory that is in IS 5.3.0.
const LDAPSEARCH: &str = "# extended LDIF
#
# LDAPv3
# base <dc=wso2,dc=org> with scope subtree
# filter: (objectclass=*)
# requesting: ALL
#

#
dn:
objectClass: extensibleObject

# krbtgt, Users, WSO2.ORG
dn: uid=krbtgt,ou=Users,dc=WSO2,dc=ORG
krb5KeyVersionNumber: 0
userPassword:: c2VjcmV0
krb5Key:: MBGgAwIBA6EKBAiitlH7bfcmHA==
sn: Service
uid: krbtgt
objectClass: krb5KDCEntry
objectClass: person
cn: KDC Service

# tom, Users, WSO2.ORG
dn: uid=tom,ou=Users,dc=WSO2,dc=ORG
userPassword:: e1NIQX0wRFBpS3VOSXJyVm1EOElVQ3V3MWhReE5xWmM9
jpegPhoto:< file:///tmp/ldapsearch-jpegPhoto-Xa1b2c
uid: tom
objectClass: krb5KDCEntry
objectClass: person
sn: Jones
cn: tom
mail: tom@example.org

# clerks, Groups, WSO2.ORG
dn: cn=clerks,ou=Groups,dc=WSO2,dc=ORG
objectClass: groupOfNames
cn: clerks
member: uid=tom,ou=Users,dc=WSO2,dc=ORG

# Sales\\2C North, Groups, WSO2.ORG
dn: cn=Sales\\, North,ou=Groups,dc=WSO2,dc=ORG
objectClass: groupOfNames
cn: Sales North
member: uid=tom,ou=Users,dc=WSO2,dc=ORG

# search result
search: 2
result: 0 Success

# numResponses: 6
# numEntries: 5
";

#[test]
fn a_directory_is_read_as_ldapsearch_prints_it_without_the_services_that_have_a_known_password() {
    let mut installation = prepared();
    let folder = folder(&installation, &[("export.ldif", LDAPSEARCH.to_owned())]);
    let said = installation.must(&["user", "take-over", &folder], "");
    for line in [
        "took over 1 users",
        "passed over: 1 accounts of the directory for its own Kerberos services",
        "passed over: 1 attributes of a directory that stand in files of their own",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert_eq!(installation.must(&["user", "list"], ""), "admin\ntom\n");
    assert_eq!(roles_of(&installation, "tom"), ["Internal/everyone", "Sales North", "clerks"]);
    installation.run();
    assert!(knows(&installation, "tom", "admin") && !knows(&installation, "krbtgt", "secret"));
}

#[test]
fn a_hash_of_a_directory_that_lets_nobody_in_is_refused() {
    let installation = prepared();
    for password in
        ["{SHA}ISMvKXpXpadDiUoOSoAfww==", "{SSHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", "{MD5}21232f297a57"]
    {
        let text = format!("dn: uid=tom,dc=org\nuid: tom\nuserPassword: {password}\n");
        let folder = folder(&installation, &[("export.ldif", text)]);
        let output = installation.command_line(&["user", "take-over", &folder], "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("line 1: the password is not what"), "{said}");
    }
}
