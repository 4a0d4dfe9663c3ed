

def test_heads_that_do_not_share_the_channels():
    with pytest.raises(ValueError, match='num_heads is 3; it has to divide embed_dims, 8'):
        MultiheadAttention(8, 3)
