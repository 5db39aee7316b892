//! The README's chapter *The walkthrough by clicks*, as it is written there. Its pictures are made here: into
//! `target/screenshots`, and with `SOAPSTONE_UPDATE_SCREENSHOTS=1` into `fixtures/screenshots`, where the README finds them.

use super::{Chromium, FAILED, House, add_user};
use serde_json::json;

const FOLDER: &str = "fixtures/screenshots";

impl Chromium {
    /// A picture of a page for the README, from a text on it downwards if one is named.
    fn illustrates(&mut self, name: &str, from: Option<&str>, (width, height): (u32, u32)) {
        let is_kept = std::env::var_os("SOAPSTONE_UPDATE_SCREENSHOTS").is_some_and(|value| value == "1");
        let path = if is_kept {
            format!("{FOLDER}/{name}.png")
        } else {
            format!("target/screenshots/readme-{name}.png")
        };
        self.tell(
            json!({ "command": "sketch", "path": path, "from": from, "width": width, "height": height }),
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walkthrough_by_clicks_goes_as_the_readme_shows_it() {
    let Some(mut house) = House::open().await else { return };
    std::fs::create_dir_all(FOLDER).unwrap();
    let (console, dashboard) = (house.address("/carbon/"), house.address("/dashboard"));
    for name in ["ann", "eve"] {
        let mail = format!("{name}@example.org");
        assert_eq!(add_user(&house.client(), name, "Old@1234", Some(&mail)).status, 202, "{name}");
    }
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&console);
    chromium.sign_in("admin", "admin");
    chromium.follow("Resident Identity Provider");
    chromium.tick("Enable Password Reset via OTP");
    chromium.illustrates("policies", Some("Account Management Policies"), (980, 300));
    chromium.press("Update");
    chromium.shows("Successfully updated Resident Identity Provider");

    chromium.follow("Users");
    chromium.follow("tom");
    chromium.follow("Force password reset");
    chromium.shows("What will happen");
    chromium.illustrates("force", None, (980, 560));
    chromium.press("Force password reset");
    chromium.shows("The password of tom has to be reset.");
    chromium.illustrates("forced", None, (980, 640));
    let code = house.code().await;

    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&dashboard);
    chromium.press("Continue");
    chromium.sign_in("tom", "Old@1234");
    chromium.shows(FAILED);
    chromium.illustrates("login", None, (640, 560));
    chromium.sign_in("tom", &code);
    chromium.shows("Enter New Password");
    chromium.illustrates("reset", None, (640, 500));
    chromium.choose_password("New@1234");
    chromium.shows("Updated the password successfully");
    chromium.follow("Go to my account");
    chromium.press("Continue");
    chromium.sign_in("tom", "New@1234");
    chromium.press("Continue");
    chromium.shows("tom@example.org");
    chromium.illustrates("dashboard", None, (640, 320));

    chromium.fresh();
    chromium.open(&console);
    chromium.sign_in("admin", "admin");
    chromium.follow("Bulk Password Reset");
    let list = "username\r\ntom\r\nann\r\neve\r\nnobody\r\n";
    chromium.tell(json!({
        "command": "upload", "label": "File with user names", "name": "staff.csv", "text": list
    }));
    chromium.tell(json!({ "command": "press", "button": "Prepare", "form": "byList" }));
    chromium.shows("Not started");
    chromium.press("Force password reset");
    chromium.tell(json!({ "command": "comes", "text": "Done" }));
    chromium.shows("nobody");
    chromium.illustrates("bulk", None, (980, 620));
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}
