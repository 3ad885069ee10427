//! The chart as an OCI artifact: packaged, pushed to a registry, pulled and rendered.

use std::process::{Child, Stdio};

use super::{example, objects, root, said, tool};
use crate::support::own_host;
use crate::support::wait::until;

/// A registry on an address of its own, ended when dropped.
struct Registry {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Registry {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        const PORT: u16 = 5000;
        let address = format!("{}:{PORT}", own_host(PORT));
        let config = folder.path().join("registry.yml");
        let data = folder.path().join("data");
        std::fs::write(
            &config,
            format!("version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {data:?}}}}}\nhttp: {{addr: '{address}'}}\n"),
        )
        .unwrap();
        let mut command = tool("registry");
        let child = command.arg("serve").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let registry = Self { child, address, _folder: folder };
        let comes_up = async || tokio::net::TcpStream::connect(&registry.address).await.is_ok();
        until("the registry comes up", comes_up).await;
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_pulled_from_a_registry_renders_the_same() {
    let registry = Registry::start().await;
    let repository = format!("oci://{}/charts", registry.address);
    for helm in ["helm4", "helm3"] {
        let folder = tempfile::tempdir().unwrap();
        let at = |command: &[&str]| {
            let mut helm = tool(helm);
            helm.args(command).current_dir(folder.path());
            helm
        };
        said(at(&[
            "package",
            root("charts/bugscrub").to_str().unwrap(),
            "--version",
            "9.8.7",
            "--app-version",
            "9.8.7",
        ]));
        said(at(&["push", "bugscrub-9.8.7.tgz", &repository, "--plain-http"]));
        std::fs::remove_file(folder.path().join("bugscrub-9.8.7.tgz")).unwrap();

        let chart = format!("{repository}/bugscrub");
        said(at(&["pull", &chart, "--version", "9.8.7", "--plain-http", "--untar"]));
        let pulled = folder.path().join("bugscrub");
        for file in [
            "values.schema.json",
            "files/settings.txt",
            "files/time-zones.txt",
            "files/dashboard.json",
            "README.md",
            "templates/NOTES.txt",
        ] {
            assert!(pulled.join(file).exists(), "{file}");
        }
        assert!(!pulled.join("ci").exists(), "examples are not part of the chart");
        let made = said(at(&["template", "bugscrub", "bugscrub", "--namespace", "scrub"]));
        let expected = example(helm, None).replace("0.1.0", "9.8.7");
        assert_eq!(objects(&made), objects(&expected));
    }
}
