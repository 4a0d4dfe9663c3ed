"""iSAID: 15 kinds of objects seen from above, and background; its masks hold the colours."""

from .facts import Facts

FACTS = Facts(
    names=('isaid', 'iSAID'),
    paper='Zamir et al.: iSAID: A large-scale dataset for instance segmentation in aerial images, CVPRW 2019',
    img_suffix='.png',
    seg_map_suffix='_instance_color_RGB.png',
    table="""
        background 000000, ship 00003f, store_tank 003f3f, baseball_diamond 003f00, tennis_court 003f7f,
        basketball_court 003fbf, Ground_Track_Field 003fff, Bridge 007f3f, Large_Vehicle 007f7f,
        Small_Vehicle 00007f, Helicopter 0000bf, Swimming_pool 0000ff, Roundabout 00bf7f, Soccer_ball_field 007fbf,
        plane 007fff, Harbor 00649b""")
