"""The page in a browser."""

import pytest
from browser import opened


@pytest.fixture
def image(tmp_path, png):
    path = tmp_path / 'a b.png'
    path.write_bytes(png(120, 200))
    return path


def choose(page, path):
    root = page.call('DOM.getDocument')['root']['nodeId']
    node = page.call('DOM.querySelector', nodeId=root, selector='#file')['nodeId']
    page.call('DOM.setFileInputFiles', nodeId=node, files=[str(path)])


SHOWN = "!document.getElementById('result').hidden && document.getElementById('over').complete"


def test_an_image_is_predicted_and_shown(server, image):
    with opened() as page:
        page.show(1280)
        page.open(f'http://127.0.0.1:{server.port}/')
        choose(page, image)
        page.wait(SHOWN)
        assert 'a b.png: 200 x 120 pixels' in page.evaluate("document.getElementById('status').textContent")
        shares = page.evaluate("[...document.querySelectorAll('#classes td:nth-child(2)')].map(one => one.textContent)")
        assert sum(float(share.split()[0]) for share in shares) == pytest.approx(100, abs=len(shares))
        assert page.evaluate("document.getElementById('over').naturalWidth") == 200
        assert page.evaluate('[...document.images].every(one => one.alt)')
        assert page.evaluate("document.getElementById('download').download") == 'a b_mask.png'
        assert page.evaluate("document.getElementById('download').href").startswith('data:image/png;base64,')
        page.look_at_all_sizes()
        own = f'http://127.0.0.1:{server.port}/'
        assert all(address.startswith((own, f'blob:{own}', 'data:')) for address in page.requests)


def test_the_keyboard_is_enough(server, image):
    with opened() as page:
        page.show(1280)
        page.open(f'http://127.0.0.1:{server.port}/')
        page.press('Tab')
        assert page.evaluate('document.activeElement.id') == 'file'
        choose(page, image)
        page.wait(SHOWN)
        page.press('Tab')
        assert page.evaluate('document.activeElement.value') == 'overlay'
        page.press('ArrowRight')
        assert page.evaluate("document.querySelector('input[name=view]:checked').value") == 'mask'
        assert page.evaluate("document.getElementById('over').style.opacity") == '1'
        page.press('ArrowLeft')
        page.press('Tab')
        assert page.evaluate('document.activeElement.id') == 'opacity'
        page.press('End')
        assert page.evaluate("document.getElementById('shown').textContent") == '100 %'
        page.press('Tab')
        assert page.evaluate('document.activeElement.id') == 'download'


def test_what_is_refused_is_said(server, tmp_path):
    (tmp_path / 'a.png').write_text('no image')
    with opened() as page:
        page.show(360)
        page.open(f'http://127.0.0.1:{server.port}/')
        choose(page, tmp_path / 'a.png')
        page.wait("document.getElementById('error').textContent")
        assert page.evaluate("document.getElementById('error').textContent").startswith('not an image')
        assert page.evaluate("document.getElementById('result').hidden")
        assert page.overflowing() == []
