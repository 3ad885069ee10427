//! Reads the texts of a chart back and finds those that are cut off or overlap.

use roxmltree::{Document, Node};

/// The space that a text takes: left, top, right, bottom.
#[derive(Clone, Debug)]
struct Room {
    #[expect(dead_code, reason = "shown where a test fails")]
    words: String,
    bounds: [f64; 4],
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

/// Letters take half the font size on average, in usual fonts. The charts leave more room.
fn room(node: Node) -> Room {
    let words = node.text().unwrap().trim().to_owned();
    let size = number(node, "font-size");
    let width = words.chars().count() as f64 * size * 0.5;
    let (x, y) = (number(node, "x"), number(node, "y"));
    let left = match node.attribute("text-anchor").unwrap() {
        "start" => 0.0,
        "middle" => -width / 2.0,
        _ => -width,
    };
    let top = match node.attribute("dy").unwrap() {
        "0.76em" => 0.0,
        "0.5ex" => -0.5 * size,
        _ => -size,
    };
    let bounds = match node.attribute("transform") {
        // The text is rotated to read from below: what runs to the right runs upwards.
        Some(_) => [x + top, y - left - width, x + top + size, y - left],
        None => [x + left, y + top, x + left + width, y + top + size],
    };
    Room { words, bounds }
}

/// Panics unless the picture is sound: XML with a role and a name, without scripts, and with texts that
/// neither overlap nor leave the picture.
pub fn assert_sound(svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    assert_eq!(root.first_element_child().unwrap().tag_name().name(), "title");
    let drawn = ["svg", "title", "rect", "text", "line", "polyline", "polygon", "circle"];
    for node in root.descendants().filter(Node::is_element) {
        assert!(drawn.contains(&node.tag_name().name()), "{}", node.tag_name().name());
        assert!(node.attributes().all(|attribute| !attribute.name().starts_with("on")));
    }
    let (width, height) = (number(root, "width"), number(root, "height"));
    let texts = root.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    let rooms: Vec<Room> = texts.filter(|node| !node.text().unwrap_or_default().trim().is_empty()).map(room).collect();
    for (index, one) in rooms.iter().enumerate() {
        let [left, top, right, bottom] = one.bounds;
        assert!(left >= 0.0 && top >= 0.0 && right <= width && bottom <= height, "cut: {one:?} in {width}x{height}");
        for other in &rooms[index + 1..] {
            let apart = right <= other.bounds[0] || other.bounds[2] <= left;
            let above = bottom <= other.bounds[1] || other.bounds[3] <= top;
            assert!(apart || above, "overlap: {one:?} {other:?} in {width}x{height}");
        }
    }
}

/// All texts of a picture.
pub fn words(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    document
        .descendants()
        .filter(Node::is_text)
        .filter_map(|node| node.text())
        .map(|text| text.trim().to_owned())
        .collect()
}
