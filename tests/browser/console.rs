//! The management console by clicks: the whole walkthrough for each option, many users at once, and whether anybody is
//! shut out of it. Pages run no scripts.

use super::{Chromium, FAILED, House};
use serde_json::json;

const OPTIONS: [&str; 3] = [
    "Enable Password Reset via Recovery Email",
    "Enable Password Reset via OTP",
    "Enable Password Reset Offline",
];

impl Chromium {
    /// A browser that was never here, at the console as its administrator.
    fn administers(&mut self, house: &str) {
        self.fresh();
        self.open(&format!("{house}/carbon/"));
        self.sign_in("admin", "admin");
        self.shows("Choose what you want to work on.");
    }

    /// Leaves one option on and the others off.
    fn chooses(&mut self, option: &str) {
        self.follow("Resident Identity Provider");
        for known in OPTIONS {
            let command = if known == option { "check" } else { "uncheck" };
            self.tell(json!({ "command": command, "label": known }));
        }
        self.press("Update");
        self.shows("Successfully updated Resident Identity Provider");
    }

    /// Forces a reset on tom.
    fn forces(&mut self, picture: &str) {
        self.follow("Users");
        self.follow("tom");
        self.follow("Force password reset");
        self.shows("What will happen");
        self.picture(&format!("console-reset-{picture}-before"));
        self.press("Force password reset");
        self.shows("The password of tom has to be reset.");
        self.picture(&format!("console-reset-{picture}-after"));
    }

    fn text_after(&mut self, heading: &str) -> String {
        let page = self.ask("text");
        let rest = page.split_once(heading).unwrap_or_else(|| panic!("no {heading} in {page}")).1;
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_who_only_clicks_gets_tom_through_all_three_options() {
    let Some(mut house) = House::bare().await else { return };
    let (site, dashboard) = (house.address(""), house.address("/dashboard"));
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&format!("{site}/"));
    chromium.picture("console-login");
    chromium.sign_in("admin", "wrong");
    chromium.shows(FAILED);
    chromium.sign_in("admin", "admin");
    chromium.picture("console-home");

    chromium.follow("Users");
    chromium.follow("Add New User");
    chromium.fill("User Name", "tom");
    chromium.fill("Password", "Old@1234");
    chromium.fill("Password Repeat", "Old@1234");
    chromium.fill("Email", "tom@example.org");
    chromium.fill("First Name", "Jörg <b>عمر</b>");
    chromium.picture("console-add-user");
    chromium.press("Finish");
    chromium.shows("User tom is added successfully.");
    chromium.follow("User Profile");
    let name = chromium.tell(json!({ "command": "value", "label": "First Name" }));
    assert_eq!(name, json!("Jörg <b>عمر</b>"));
    chromium.follow("Roles");
    chromium.follow("Add New Role");
    chromium.fill("Role Name", "test role");
    chromium.tell(json!({ "command": "check", "label": "Login" }));
    chromium.fill("Select users to add to Role", "tom");
    chromium.picture("console-add-role");
    chromium.press("Finish");
    chromium.shows("Role test role is added successfully.");

    // The mail with a link.
    chromium.chooses(OPTIONS[0]);
    chromium.picture("console-resident");
    chromium.forces("link");
    let link = house.link().await;
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&dashboard);
    chromium.press("Continue");
    chromium.sign_in("tom", "Old@1234");
    chromium.shows(FAILED);
    chromium.open(&link);
    chromium.choose_password("Link@1234");
    chromium.shows("Updated the password successfully");

    // The mail with a one-time password.
    chromium.administers(&site);
    chromium.chooses(OPTIONS[1]);
    chromium.forces("otp");
    let code = house.code().await;
    super::resets_with_a_code(&mut house.chromium, &dashboard, &code, "Link@1234", "Otp@12345");

    // The one-time password that is handed over; once it was cancelled it leads nowhere.
    let chromium = &mut house.chromium;
    chromium.administers(&site);
    chromium.chooses(OPTIONS[2]);
    chromium.forces("offline");
    let void = chromium.text_after("One-time password");
    assert_eq!(void.len(), 6, "{void}");
    chromium.press("Cancel the reset");
    chromium.shows("The reset of tom was cancelled.");
    chromium.press("Force password reset");
    let code = chromium.text_after("One-time password");
    assert_ne!(void, code);
    super::resets_with_a_code(chromium, &dashboard, &code, "Otp@12345", "Hand@1234");

    // Nobody sees the console by going back after signing out.
    chromium.administers(&site);
    chromium.follow("Users");
    chromium.press("Sign out");
    chromium.tell(json!({ "command": "back" }));
    assert!(!chromium.ask("text").contains("tom"), "a page was kept");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_users_is_uploaded_and_its_progress_watched_without_scripts() {
    let Some(mut house) = House::open().await else { return };
    let site = house.address("");
    let client = house.client();
    for name in ["ann", "eve"] {
        assert_eq!(super::add_user(&client, name, "Old@1234", None).status, 202, "{name}");
    }
    super::choose(&client, false, false, true);
    let chromium = &mut house.chromium;
    chromium.administers(&site);
    chromium.follow("Bulk Password Reset");
    let list = "username\r\ntom\r\nann\r\neve\r\nnobody\r\n";
    chromium.tell(json!({
        "command": "upload", "label": "File with user names", "name": "staff.csv", "text": list
    }));
    chromium.picture("console-bulk");
    let by_list = json!({ "command": "press", "button": "Prepare", "form": "byList" });
    chromium.tell(by_list);
    chromium.shows("Not started");
    chromium.picture("console-bulk-draft");
    chromium.press("Force password reset");
    // The page comes there by itself.
    chromium.tell(json!({ "command": "comes", "text": "Done" }));
    chromium.shows("nobody");
    chromium.picture("console-bulk-done");
    for name in ["tom", "ann", "eve"] {
        let code = super::claim(&client, name, super::ONE_TIME_PASSWORD).unwrap();
        assert_eq!(code.len(), 6, "{name}");
    }
    chromium.follow("Users");
    chromium.shows("Reset pending");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_console_shuts_anybody_out() {
    let Some(mut house) = House::open().await else { return };
    let site = house.address("");
    super::choose(&house.client(), false, false, true);
    for dark in [false, true] {
        let suffix = if dark { "-dark" } else { "" };
        let chromium = &mut house.chromium;
        // The width of a small telephone.
        chromium.tell(json!({ "command": "start", "dark": dark, "width": 320, "height": 640 }));
        chromium.open(&format!("{site}/carbon/"));
        let check = |chromium: &mut Chromium, name: &str| {
            assert_eq!(chromium.barriers(), Vec::<String>::new(), "{name}{suffix}");
            assert!(!chromium.is_wide(), "{name} has to be scrolled sideways");
            chromium
                .picture(&format!("console-{}-telephone{suffix}", name.replace(['/', '?', '=', '+'], "-")));
        };
        check(chromium, "login");
        chromium.sign_in("admin", "wrong");
        check(chromium, "login-refused");
        chromium.sign_in("admin", "admin");
        check(chromium, "home");
        for screen in [
            "users",
            "users/add",
            "users/user?name=tom",
            "users/profile?name=tom",
            "users/password?name=tom",
            "users/roles?name=tom",
            "users/delete?name=tom",
            "users/reset?name=tom",
            "roles",
            "roles/add",
            "roles/permissions?name=test+role",
            "roles/members?name=test+role",
            "roles/rename?name=test+role",
            "roles/delete?name=test+role",
            "bulk-resets",
            "users/user?name=nobody",
            "no/such/screen",
        ] {
            chromium.open(&format!("{site}/carbon/{screen}"));
            check(chromium, screen);
        }
        chromium.open(&format!("{site}/carbon/users/reset?name=tom"));
        chromium.press(if dark { "Force again" } else { "Force password reset" });
        check(chromium, "reset-pending");
        chromium.open(&format!("{site}/carbon/bulk-resets"));
        chromium.fill("Role", "test role");
        chromium.tell(json!({ "command": "press", "button": "Prepare", "form": "byRole" }));
        check(chromium, "bulk-draft");
        chromium.press("Force password reset");
        // The page that was told to stand still, as whoever cannot follow one that moves by itself sees it.
        let still = [&chromium.ask("address"), "&still=on"].concat();
        chromium.open(&still);
        check(chromium, "bulk-started");
        chromium.open(&format!("{site}/carbon/users/add"));
        chromium.fill("User Name", "x/y");
        chromium.fill("Password", "Old@1234");
        chromium.fill("Password Repeat", "Old@1234");
        chromium.press("Finish");
        check(chromium, "users-add-refused");
        let complaints = chromium.complaints();
        // The browser says so itself when an address is answered with a refusal.
        let is_ours = |line: &String| !line.contains("status of 40");
        assert_eq!(complaints.into_iter().filter(is_ours).collect::<Vec<_>>(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tab_the_back_button_and_an_ended_session_undo_nothing() {
    let Some(mut house) = House::open().await else { return };
    let site = house.address("");
    let client = house.client();
    super::choose(&client, false, false, true);
    let reset = format!("{site}/carbon/users/reset?name=tom");
    let chromium = &mut house.chromium;
    // Whoever follows a link into the console comes to that page after signing in.
    chromium.fresh();
    chromium.open(&reset);
    chromium.sign_in("admin", "admin");
    assert_eq!(chromium.ask("address"), reset);
    // The page was opened twice; what was done in one tab is not done again in the other.
    chromium.tell(json!({ "command": "tab" }));
    chromium.open(&reset);
    chromium.press("Force password reset");
    let code = chromium.text_after("One-time password");
    chromium.tell(json!({ "command": "turn" }));
    chromium.press("Force password reset");
    chromium.shows("The state has changed since the page was shown.");
    // Going back shows the state as it is, not the code.
    chromium.tell(json!({ "command": "back" }));
    assert!(!chromium.ask("text").contains(&code));
    chromium.picture("console-reset-meanwhile");
    assert_eq!(super::claim(&client, "tom", super::ONE_TIME_PASSWORD).unwrap(), code);

    // A question that was answered and is answered again.
    let delete = format!("{site}/carbon/users/delete?name=tom");
    chromium.open(&delete);
    chromium.press("Delete");
    chromium.shows("User tom is deleted successfully.");
    chromium.tell(json!({ "command": "back" }));
    chromium.open(&delete);
    chromium.shows("UserNotFound");

    // A form that was open when the session was ended in another tab changes nothing, and is not lost.
    chromium.open(&format!("{site}/carbon/users/add"));
    chromium.tell(json!({ "command": "tab" }));
    chromium.open(&format!("{site}/carbon/"));
    chromium.press("Sign out");
    chromium.tell(json!({ "command": "turn" }));
    chromium.fill("User Name", "late");
    chromium.fill("Password", "Old@1234");
    chromium.fill("Password Repeat", "Old@1234");
    chromium.press("Finish");
    chromium.shows("Your session has ended");
    chromium.shows("Nothing was saved. What you typed is kept on this page.");
    chromium.picture("console-late");
    chromium.tell(json!({ "command": "tab" }));
    chromium.open(&format!("{site}/carbon/users?pattern=late"));
    chromium.sign_in("admin", "admin");
    chromium.shows("No users match.");
    chromium.tell(json!({ "command": "turn" }));
    chromium.press("Send the form again");
    chromium.shows("Now you are signed in as admin.");
    chromium.press("Send the form again");
    // But for the passwords.
    chromium.shows("Could not add user late.");
    assert_eq!(chromium.ask("focus"), "error-msg");
    chromium.fill("Password", "Old@1234");
    chromium.fill("Password Repeat", "Old@1234");
    chromium.press("Finish");
    chromium.shows("User late is added successfully.");
}
